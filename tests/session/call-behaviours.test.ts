/** Rows of `protocol/behaviours.md` §5 and §6: calls over two connected sessions. */
import { fail } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, FakeClock, type PairOptions, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Metadata, writeMetadata } from "../../packages/runtime/src/wire/metadata.js";
import {
  beginPayload,
  endPayload,
  writeCancel,
  writeResponseHead,
} from "../../packages/runtime/src/wire/request-messages.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { commit, hello, wait } from "../support/golden-service.js";
import { VoxService } from "../support/vox-types.js";

const probe = new VoxService(`
  enum Reason { Unknown, WithMessage { message: string } }
  struct Inner { a: u64, b: string, maybe_reason: Reason?, maybe_pid: u32?, maybe_stamp: u64? }
  service Probe {
    echo(value: u32) -> u32
    add(a: i32, b: i32) -> i32
    divide(a: u32, b: u32) -> u32 throws string
    pair() -> (string, i32) throws string
    describe() -> string
    plain() -> string
    many(n: u32) -> Inner[]
    one(which: string) -> Inner?
    why() -> Reason?
    bare(which: string) -> Inner
  }
`);

const stamped = {
  a: 42n,
  b: "hello",
  maybe_reason: { kind: "WithMessage", message: "boom" },
  maybe_pid: 1234,
  maybe_stamp: 123456789000n,
};
const empty = { a: 0n, b: "", maybe_reason: undefined, maybe_pid: undefined, maybe_stamp: undefined };

/** Names of the generated surface are those of TypeScript. */
function named(inner: typeof stamped | typeof empty): unknown {
  const { a, b, maybe_reason: maybeReason, maybe_pid: maybePid, maybe_stamp: maybeStamp } = inner;
  return { a, b, maybeReason, maybePid, maybeStamp };
}

const dispatcher = $.dispatcher("Probe", [
  probe.handled("echo", ([value]) => value),
  probe.handled("add", ([a, b]) => (a as number) + (b as number)),
  probe.handled("divide", ([a, b]) => (b === 0 ? fail("boom") : Math.trunc((a as number) / (b as number)))),
  probe.handled("pair", () => {
    throw new Error("no answer");
  }),
  probe.handled("describe", (_, { method, metadata }) => `${method.name}:${metadata.size}`),
  probe.handled("plain", () => "plain"),
  probe.handled("many", ([n]) =>
    Array.from({ length: n as number }, (_, i) => named({ ...stamped, a: BigInt(i + 1), b: `entry-${i}` })),
  ),
  probe.handled("one", ([which]) => (which === "some" ? named(stamped) : undefined)),
  probe.handled("why", () => ({ kind: "WithMessage", message: "boom" })),
  probe.handled("bare", ([which]) => named(which === "all" ? stamped : empty)),
]);

const caller = ({ client }: SessionPair): GoldenClient => client.client(Golden);

async function call(name: string, ...args: unknown[]): Promise<unknown> {
  await using pair = await connectPair(dispatcher);
  return await caller(pair).$caller.call(probe.method(name), args);
}

async function goldenPair(handled: $.HandledMethod, options?: PairOptions): Promise<SessionPair> {
  return connectPair($.dispatcher("Golden", [handled]), options);
}

/** A handler that ends when the test requests it, and what became of its call. */
function held() {
  const state = { open: (_value: number) => {}, signal: undefined as AbortSignal | undefined };
  const invoke = (_args: readonly [number], context: $.CallContext): Promise<number> => {
    state.signal = context.signal;
    return new Promise((resolve) => {
      state.open = resolve;
    });
  };
  return { state, invoke };
}

/** Sends a Cancel for a request, without its caller. */
async function cancel({ client }: SessionPair, requestId: number): Promise<void> {
  const { outbox } = client.core;
  outbox.commit(writeCancel(outbox.writer, outbox.begin(), 0, requestId));
  await settle();
}

describe("calls", () => {
  it("echo_call_across_memory_link, basic_echo_call", async () => {
    expect(await call("echo", 42)).toBe(42);
  });

  it("call_through_cbor_handshake_reaches_handler", async () => {
    await using pair = await connectPair(dispatcher, { client: { service: "Probe" } });
    expect(await caller(pair).$caller.call(probe.method("echo"), [42])).toBe(42);
  });

  it("multiple_sequential_calls", async () => {
    await using pair = await connectPair(dispatcher);
    for (let i = 0; i < 10; i++) expect(await caller(pair).$caller.call(probe.method("echo"), [i])).toBe(i);
  });

  it("adder_service_macro_end_to_end", async () => {
    expect(await call("add", 3, 5)).toBe(8);
    expect(await call("add", 100, -42)).toBe(58);
  });

  it("call_ok_and_err_route_through_reply", async () => {
    expect(await call("divide", 14, 2)).toBe(7);
    await expect(call("divide", 1, 0)).rejects.toMatchObject({ code: "User", value: "boom" });
  });

  it("request_context_opt_in_end_to_end", async () => {
    expect(await call("describe")).toBe("describe:1");
    expect(await call("plain")).toBe("plain");
  });

  it("transport_identifiers_are_exposed_when_present", async () => {
    const seen: unknown[] = [];
    const handled = hello.handled((_, { requestId, connectionId, method }) => {
      seen.push([requestId, connectionId, method.id, method.service, method.name]);
      return "";
    });
    await using pair = await goldenPair(handled);
    const { id } = hello.method;
    await caller(pair).hello();
    const virtual = await pair.client.open(Golden);
    await virtual.hello();
    await virtual.hello();
    expect(seen).toEqual([
      [1, 0, id, "Golden", "hello"],
      [1, 1, id, "Golden", "hello"],
      [3, 1, id, "Golden", "hello"],
    ]);
  });

  it("reply_sink_send_error_uses_outgoing_payload_and_reply_path, reply_sink_send_typed_error_preserves_ok_shape", async () => {
    await using pair = await connectPair(dispatcher);
    const announced: string[] = [];
    const send = pair.serverLink.send.bind(pair.serverLink);
    pair.serverLink.send = (batch, start, ends, frames) => {
      let from = start;
      for (const end of ends.slice(0, frames)) {
        announced.push(Buffer.from(batch.subarray(from, end)).toString("hex"));
        from = end;
      }
      return send(batch, start, ends, frames);
    };
    const method = probe.method("pair");
    await expect(caller(pair).$caller.call(method, [])).rejects.toMatchObject({ code: "Cancelled" });
    const [schemas = "", response = ""] = announced;
    // The announcement names every type of the method's own response, tuple included.
    for (const { id } of method.response.schemas)
      expect(schemas).toContain(id.toString(16).padStart(16, "0"));
    expect(method.response.root).toMatchObject({ args: [{ args: [{}, {}] }, {}] });
    expect(response.endsWith("02000000010300")).toBe(true);
  });
});

describe("values", () => {
  it("vec_of_struct_roundtrips_fine_empty", async () => {
    expect(await call("many", 0)).toEqual([]);
  });

  it("vec_of_struct_roundtrips_fine_nonempty", async () => {
    const items = (await call("many", 3)) as { readonly a: bigint; readonly b: string }[];
    expect(items).toHaveLength(3);
    expect([items[0]?.a, items[2]?.b]).toEqual([1n, "entry-2"]);
  });

  it("option_of_struct_some_roundtrips", async () => {
    expect(await call("one", "some")).toEqual(named(stamped));
  });

  it("option_of_struct_none_roundtrips", async () => {
    expect(await call("one", "none")).toBeUndefined();
  });

  it("option_of_enum_with_data_variant_roundtrips_some", async () => {
    expect(await call("why")).toEqual({ kind: "WithMessage", message: "boom" });
  });

  it.each([
    ["bare_struct_all_nested_options_none", "none", empty],
    ["bare_struct_all_nested_options_some", "all", stamped],
  ] as const)("%s", async (_name, which, expected) => {
    expect(await call("bare", which)).toEqual(named(expected));
  });

  it.each([
    ["borrowed_return_survives_teardown_inline", 64],
    ["borrowed_return_survives_teardown_slot_ref", 1024],
    ["borrowed_return_survives_teardown_mmap_ref", 8192],
  ] as const)("%s", async (_name, length) => {
    const pair = await goldenPair(hello.handled(() => "abcdefgh".repeat(length / 8)));
    const kept = await caller(pair).hello();
    await pair.client.close();
    pair.server.abort();
    expect(kept).toBe("abcdefgh".repeat(length / 8));
  });
});

describe("the peer", () => {
  it("in_flight_call_returns_cancelled_when_peer_closes", async () => {
    const { state, invoke } = held();
    const pair = await goldenPair(wait.handled(invoke));
    const failing = caller(pair).$try.wait(1);
    await settle();
    pair.server.abort();
    expect(await failing).toMatchObject({
      ok: false,
      error: { code: expect.stringMatching(/^(ConnectionClosed|SessionShutdown)$/) },
    });
    expect(state.signal?.aborted).toBe(true);
  });

  it("in_flight_call_returns_error_when_peer_closes", async () => {
    const pair = await connectPair(dispatcher);
    await pair.server.close();
    await expect(caller(pair).$caller.call(probe.method("echo"), [123])).rejects.toMatchObject({
      code: expect.stringMatching(/^(ConnectionClosed|SessionShutdown)$/),
    });
  });

  it("unsolicited_response_id_is_ignored_and_does_not_break_calls", async () => {
    await using pair = await connectPair(dispatcher);
    const { outbox } = pair.server.core;
    const w = outbox.writer;
    const at = beginPayload(
      w,
      writeMetadata(w, writeResponseHead(w, outbox.begin(), 0, 9999), new Metadata()),
    );
    w.buffer.set([0, 7], at);
    outbox.commit(endPayload(w, at, at + 2));
    await settle();
    expect(await caller(pair).$caller.call(probe.method("echo"), [42])).toBe(42);
  });
});

describe("cancellation", () => {
  it("cancel_aborts_in_flight_handler", async () => {
    const { state, invoke } = held();
    await using pair = await goldenPair(wait.handled(invoke));
    const failing = caller(pair).$try.wait(99);
    await settle();
    await cancel(pair, 1);
    expect(await failing).toMatchObject({ ok: false, error: { code: "Cancelled" } });
    expect(state.signal?.aborted).toBe(true);
    state.open(0);
  });

  it("cancel_does_not_abort_persist_handler", async () => {
    const { state, invoke } = held();
    const handled = commit.handled(async (args, context) => BigInt(await invoke(args, context)));
    await using pair = await goldenPair(handled);
    const answered = caller(pair).commit(99);
    await settle();
    await cancel(pair, 1);
    expect(state.signal?.aborted).toBe(false);
    state.open(123);
    expect(await answered).toBe(123n);
  });

  it("caller_injects_operation_id_when_peer_supports_retry", async () => {
    const handled = commit.handled((_, { metadata }) => metadata.getU64("vox-operation-id") ?? 0n);
    await using pair = await goldenPair(handled);
    expect(await caller(pair).commit(0)).not.toBe(0n);
  });

  it("keepalive_timeout_returns_cancelled_when_pongs_are_missing", async () => {
    const clock = new FakeClock();
    const { invoke } = held();
    const pair = await goldenPair(wait.handled(invoke), {
      clock,
      client: { keepalive: { intervalMs: 20, timeoutMs: 50 } },
    });
    const failing = caller(pair).$try.wait(1);
    await settle();
    pair.clientLink.pause();
    clock.advance(20);
    await settle();
    clock.advance(50);
    expect(await failing).toMatchObject({
      ok: false,
      error: { code: expect.stringMatching(/^(ConnectionClosed|SessionShutdown)$/) },
    });
    pair.server.abort();
    pair.client.abort();
  });
});
