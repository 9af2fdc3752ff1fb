/** Rows of `protocol/behaviours.md` §18: the short way to a service, and the conformance suite, over TCP. */
import { channel, fail } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connect, connectSession, type Server, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { closeAfterEach, freePort, opens, stranger } from "../support/opened.js";
import { VoxService } from "../support/vox-types.js";

closeAfterEach();

const anyPort = "tcp://127.0.0.1:0";

const testbed = new VoxService(`
  package testbed
  enum MathError { DivisionByZero, Overflow }
  enum LookupError { NotFound, AccessDenied }
  struct Person { id: u32, name: string, email: string? }
  service Testbed {
    echo(value: u32) -> u32
    say(text: string) -> string
    reverse(text: string) -> string
    divide(a: i64, b: i64) -> i64 throws MathError
    lookup(id: u32) -> Person throws LookupError
    backwards(data: bytes) -> bytes
    sum(numbers: Rx<i32>) -> i64
    generate(count: u32, out: Tx<i32>)
    sum_later(numbers: Rx<i32>, total: Tx<i64>)
  }
`);

const i64Min = -(2n ** 63n);

async function total(numbers: AsyncIterable<number>): Promise<bigint> {
  let sum = 0n;
  for await (const value of numbers) sum += BigInt(value);
  return sum;
}

const dispatcher = $.dispatcher("Testbed", [
  testbed.handled("echo", ([value]) => value),
  testbed.handled("say", ([text]) => text),
  testbed.handled("reverse", ([text]) => [...(text as string)].reverse().join("")),
  testbed.handled("divide", ([a, b]) => {
    if (b === 0n) return fail("DivisionByZero");
    return a === i64Min && b === -1n ? fail("Overflow") : (a as bigint) / (b as bigint);
  }),
  testbed.handled("lookup", ([id]) => {
    if (id === 100) return fail("AccessDenied");
    return id === 1
      ? { id, name: "Alice", email: "alice@example.com" }
      : { id, name: "Bob", email: undefined };
  }),
  testbed.handled("backwards", ([data]) => (data as Uint8Array).slice().reverse()),
  testbed.handled("sum", ([numbers]) => total(numbers as $.Rx<number>)),
  testbed.handled("generate", async ([count, out]) => {
    for (let i = 0; i < (count as number); i++) await (out as $.Tx<number>).send(i);
  }),
  testbed.handled("sum_later", ([numbers, result]) => {
    const [rx, tx] = [numbers as $.Rx<number>, result as $.Tx<bigint>];
    rx.keepOpen();
    tx.keepOpen();
    void total(rx)
      .then((sum) => tx.send(sum))
      .then(() => tx.close());
  }),
]);

const Testbed = $.service("Testbed", (caller) => new $.ClientBase(caller), {});

async function serving(): Promise<Server> {
  return opens(await serve(anyPort, dispatcher));
}

/** Makes a call, and says how it ended. */
async function calling(): Promise<(name: string, ...args: unknown[]) => Promise<unknown>> {
  const server = await serving();
  const client = opens(await connect(server.url, Testbed));
  return async (name, ...args) => {
    const result = await client.$caller.tryCall(testbed.method(name), args);
    if (result.ok) return result.value;
    return result.error.code === "User" ? `User ${String(result.error.value)}` : result.error;
  };
}

describe("connect and serve", () => {
  it("serve_and_connect", async () => {
    expect(await (await calling())("echo", 42)).toBe(42);
  });

  it("connect_builder_establish_matches_await", async () => {
    const server = await serving();
    const session = opens(await connectSession(server.url, { service: "Testbed" }));
    expect(await session.client(Testbed).$caller.call(testbed.method("echo"), [77])).toBe(77);
  });

  it("high_level_builders_accept_channel_capacity", async () => {
    const options = { initialChannelCredit: 2 };
    const server = opens(await serve(anyPort, dispatcher, options));
    const client = opens(await connect(server.url, Testbed, options));
    expect(await client.$caller.call(testbed.method("echo"), [11])).toBe(11);
    const { tx, rx } = channel<number>();
    const sum = client.$caller.call(testbed.method("sum"), [rx]);
    for (const value of [1, 2, 3, 4, 5]) await tx.send(value);
    await tx.close();
    expect(await sum).toBe(15n);
  });

  const refusal = {
    code: "Protocol",
    message: "protocol error: initialChannelCredit must be greater than zero",
  };

  it("connect_builder_rejects_zero_channel_capacity", async () => {
    let connections = 0;
    const address = await stranger(() => {
      connections += 1;
    });
    await expect(connect(address, Testbed, { initialChannelCredit: 0 })).rejects.toMatchObject(refusal);
    expect(connections).toBe(0);
  });

  it("serve_builder_rejects_zero_channel_capacity", async () => {
    const port = await freePort();
    await expect(serve(`127.0.0.1:${port}`, dispatcher, { initialChannelCredit: 0 })).rejects.toMatchObject(
      refusal,
    );
    opens(await serve(`127.0.0.1:${port}`, dispatcher));
  });

  it("wait_for_service_deadline_caps_individual_attempt", async () => {
    const address = await stranger(() => {});
    const attempt = connect(address, Testbed, { connectTimeoutMs: 60_000, connectRetryMs: 80 });
    await expect(attempt).rejects.toMatchObject({ code: "ConnectTimeout" });
  });
});

describe("conformance", () => {
  it("rpc_echo_roundtrip, rpc_reverse_roundtrip", async () => {
    const call = await calling();
    expect(await call("say", "hello")).toBe("hello");
    expect(await call("reverse", "hello")).toBe("olleh");
  });

  it.each([
    ["rpc_pipelining_multiple_requests", 3],
    ["rpc_pipelining_10_concurrent", 10],
  ] as const)("%s", async (_name, count) => {
    const call = await calling();
    const texts = Array.from({ length: count }, (_, i) => `text ${i}`);
    expect(await Promise.all(texts.map((text) => call("say", text)))).toEqual(texts);
  });

  it("rpc_user_error_roundtrip, rpc_divide_overflow", async () => {
    const call = await calling();
    expect(await call("divide", 10n, 0n)).toBe("User DivisionByZero");
    expect(await call("divide", i64Min, -1n)).toBe("User Overflow");
    expect(await call("divide", 10n, 3n)).toBe(3n);
  });

  it("rpc_lookup_found, rpc_lookup_access_denied", async () => {
    const call = await calling();
    expect(await call("lookup", 1)).toEqual({ id: 1, name: "Alice", email: "alice@example.com" });
    expect(await call("lookup", 2)).toEqual({ id: 2, name: "Bob", email: undefined });
    expect(await call("lookup", 100)).toBe("User AccessDenied");
  });

  it("rpc_channeling_large_stream", async () => {
    const call = await calling();
    const { tx, rx } = channel<number>();
    const done = call("generate", 100, tx);
    const items: number[] = [];
    for await (const item of rx) items.push(item);
    expect(items).toEqual(Array.from({ length: 100 }, (_, i) => i));
    await done;
  });

  it("channeling_post_reply_sum_client_to_server", async () => {
    const call = await calling();
    const numbers = channel<number>();
    const result = channel<bigint>();
    await call("sum_later", numbers.rx, result.tx);
    for (const value of [1, 2, 3, 4, 5]) await numbers.tx.send(value);
    await numbers.tx.close();
    expect(await result.rx.next()).toEqual({ done: false, value: 15n });
    expect(await result.rx.next()).toEqual({ done: true, value: undefined });
  });

  it("binary_payload_sizes", async () => {
    const call = await calling();
    for (const size of [0, 1, 127, 128, 255, 256, 4095, 4096, 65_535, 65_536, 1_000_000]) {
      const data = Uint8Array.from({ length: size }, (_, i) => (i * 31) & 0xff);
      const back = (await call("backwards", data)) as Uint8Array;
      expect(Buffer.compare(back, data.slice().reverse())).toBe(0);
    }
  });
});
