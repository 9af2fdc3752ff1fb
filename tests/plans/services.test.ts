/** Old and new programs on one connection: each reads what the other writes. */
import { CallError, channel, DeclaredError, type Session } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { VoxService } from "./vox-types.js";

type Invoke = Parameters<VoxService["handled"]>[1];

/** Calls one method of `client` on a server that knows the service as `server` says. */
async function talk(
  client: string,
  server: string,
  handlers: Readonly<Record<string, Invoke>>,
  work: (call: (name: string, ...args: unknown[]) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const old = new VoxService(client);
  const fresh = new VoxService(server);
  const methods = Object.entries(handlers).map(([name, invoke]) => fresh.handled(name, invoke));
  const pair = await connectPair($.dispatcher("Test", methods));
  try {
    await work((name, ...args) => callerOf(pair.client).call(old.method(name), args));
    await settle();
  } finally {
    await pair[Symbol.asyncDispose]();
  }
}

function callerOf(session: Session): $.Caller {
  if (session.driver === undefined) throw new Error("no driver");
  return session.driver;
}

const unary = (type: string, method = "echo"): string =>
  `service Echo { ${method}(value: ${type}) -> ${type} }`;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

describe("versions of a service", () => {
  const geometry = "service Geometry { transform(p: Point) -> Point }";

  it("v1_client_v2_server_fills_default", async () => {
    const server = `struct Point { x: f64, y: f64, z: f64 = 1.0 } ${geometry}`;
    const seen: unknown[] = [];
    const transform: Invoke = ([p]) => {
      seen.push(p);
      const { x, y, z } = p as Point;
      return { x: x + 100, y: y + 100, z: z + 1 };
    };
    await talk(`struct Point { x: f64, y: f64 } ${geometry}`, server, { transform }, async (call) => {
      expect(await call("transform", { x: 1, y: 2 })).toEqual({ x: 101, y: 102 });
      expect(await call("transform", { x: 3, y: 4 })).toEqual({ x: 103, y: 104 });
    });
    expect(seen).toEqual([
      { x: 1, y: 2, z: 1 },
      { x: 3, y: 4, z: 1 },
    ]);
  });

  it("v2_client_v1_server_skips_unknown_field", async () => {
    const client = `struct Point { x: f64, y: f64, z: f64 = 0.0 } ${geometry}`;
    const transform: Invoke = ([p]) => ({ x: (p as Point).x * 2, y: (p as Point).y * 2 });
    await talk(client, `struct Point { x: f64, y: f64 } ${geometry}`, { transform }, async (call) => {
      expect(await call("transform", { x: 3, y: 4, z: 99 })).toEqual({ x: 6, y: 8, z: 0 });
    });
  });

  it("reordered_fields_are_matched_by_name, schema_compat_reordered_fields", async () => {
    const client = `struct Pair { second: u32, first: string } ${unary("Pair")}`;
    const server = `struct Pair { first: string, second: u32 } ${unary("Pair")}`;
    await talk(client, server, { echo: ([pair]) => pair }, async (call) => {
      expect(await call("echo", { second: 42, first: "hello" })).toEqual({ first: "hello", second: 42 });
    });
  });

  it("evolved_schema_combined_changes", async () => {
    const service = "service Config { get() -> Settings }";
    const server = `struct Settings { name: string, timeout_ms: u32, retries: u32 } ${service}`;
    const client = `struct Settings { retries: u32, name: string, priority: u8 = 0 } ${service}`;
    const get: Invoke = () => ({ name: "prod", timeoutMs: 5000, retries: 3 });
    await talk(client, server, { get }, async (call) => {
      expect(await call("get")).toEqual({ name: "prod", retries: 3, priority: 0 });
    });
  });

  it("missing_required_field_is_non_retryable", async () => {
    const service = "service Daemon { status() -> Status }";
    const server = `struct Status { uptime_ms: u64, listen: string } ${service}`;
    const client = `struct Status { uptime_ms: u64, listen: string, pid: u32, executable_path: string } ${service}`;
    const status: Invoke = () => ({ uptimeMs: 1n, listen: "here" });
    await talk(client, server, { status }, async (call) => {
      const failure = await call("status").catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CallError);
      expect(failure).toMatchObject({ code: "InvalidPayload", retryable: false });
      expect((failure as CallError).message).toBe(
        "Daemon.status: invalid vox payload: protocol error: translation plan failed: result of Daemon.status: " +
          "required field 'pid' (type u32) missing from remote 'Status' (remote has fields: uptime_ms, listen); " +
          "required field 'executable_path' (type String) missing from remote 'Status' " +
          "(remote has fields: uptime_ms, listen)",
      );
    });
  });

  it("schema_compat_added_optional_field", async () => {
    const lean = `struct P { a: u32 } ${unary("P")}`;
    const full = `struct P { a: u32, note: string? } ${unary("P")}`;
    const seen: unknown[] = [];
    const echo: Invoke = ([p]) => {
      seen.push(p);
      return p;
    };
    await talk(lean, full, { echo }, async (call) => expect(await call("echo", { a: 1 })).toEqual({ a: 1 }));
    await talk(full, lean, { echo }, async (call) => {
      expect(await call("echo", { a: 2, note: "x" })).toEqual({ a: 2, note: undefined });
    });
    expect(seen).toEqual([{ a: 1, note: undefined }, { a: 2 }]);
  });

  it("schema_compat_added_enum_variant", async () => {
    const client = `enum E { A, B } ${unary("E")}`;
    const server = `enum E { New, A, B } ${unary("E")}`;
    const echo: Invoke = ([value]) => (value === "B" ? "New" : value);
    await talk(client, server, { echo }, async (call) => {
      expect(await call("echo", "A")).toBe("A");
      const failure = await call("echo", "B").catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "InvalidPayload" });
      expect((failure as CallError).message).toContain("the peer's E::New; we know A, B");
      expect(await call("echo", "A")).toBe("A");
    });
  });

  it("schema_compat_incompatible_type_change, schema_compat_missing_required_field", async () => {
    const service = "service Two { bad(p: P) -> u32 good(n: u32) -> u32 }";
    const handlers = { bad: () => 1, good: ([n]: unknown[]) => n } as Readonly<Record<string, Invoke>>;
    const changes = [
      [
        `struct P { v: f64 } ${service}`,
        { v: 1.5 },
        "at .0.v: structural mismatch: remote is `f64`, local is `String`",
      ],
      [`struct P { } ${service}`, {}, "at .0: required field 'v' (type String) missing from remote 'P'"],
    ] as const;
    for (const [client, value, text] of changes) {
      await talk(client, `struct P { v: string } ${service}`, handlers, async (call) => {
        const failure = await call("bad", value).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: "InvalidPayload" });
        expect((failure as CallError).message).toContain(`arguments of Two.bad: ${text}`);
        expect(await call("good", 7)).toBe(7);
      });
    }
  });

  it("an unknown variant among arguments fails that call only, and says which", async () => {
    const client = `enum E { A, New(string) } ${unary("E")}`;
    await talk(client, `enum E { A } ${unary("E")}`, { echo: ([value]) => value }, async (call) => {
      await expect(call("echo", { kind: "New", value: "x" })).rejects.toThrow(
        "unknown remote enum variant index 1: the peer's E::New at .0; we know A",
      );
      expect(await call("echo", { kind: "A" })).toEqual({ kind: "A" });
    });
  });

  it("result and declared error are decided apart", async () => {
    const service = (ok: string) => `service Bank { pay(n: u32) -> ${ok} throws E }`;
    const client = `enum E { Poor { missing: u32 }, Closed } ${service("string")}`;
    const server = `enum E { Closed, Poor { account: string, missing: u32 } } ${service("u32")}`;
    const pay: Invoke = ([n]) => (n === 0 ? 1 : $.fail({ kind: "Poor", account: "a", missing: n }));
    await talk(client, server, { pay }, async (call) => {
      const failure = await call("pay", 9).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DeclaredError);
      expect((failure as DeclaredError).value).toEqual({ kind: "Poor", missing: 9 });
      await expect(call("pay", 0)).rejects.toThrow(
        "result of Bank.pay: structural mismatch: remote is `u32`, local is `String`",
      );
      await expect(call("pay", 3)).rejects.toBeInstanceOf(DeclaredError);
    });
  });
});

describe("channels between versions", () => {
  const service = "service Feed { sum(items: Rx<P>) -> u32 watch(out: Tx<P>) }";

  it("items that the handler receives are read in the caller's layout", async () => {
    const client = `struct P { note: string, n: u32 } ${service}`;
    const server = `struct P { n: u32, weight: u32 = 10 } ${service}`;
    const sum: Invoke = async ([items]) => {
      let total = 0;
      for await (const { n, weight } of items as $.Rx<{ n: number; weight: number }>) total += n * weight;
      return total;
    };
    await talk(client, server, { sum }, async (call) => {
      const { tx, rx } = channel<{ note: string; n: number }>();
      const result = call("sum", rx);
      await tx.send({ note: "one", n: 1 });
      await tx.send({ note: "two", n: 2 });
      await tx.close();
      expect(await result).toBe(30);
    });
  });

  it("a channel in a field that the handler's version does not know is ended at both sides", async () => {
    const call = (feed: string) => `${feed} service Feeds { open(feed: Feed) -> u32 }`;
    const client = call("struct Feed { out: Tx<u32>, input: Rx<u32>?, pair: (Tx<u32>, u32), n: u32 }");
    const open: Invoke = ([feed]) => (feed as { readonly n: number }).n;
    await talk(client, call("struct Feed { n: u32 }"), { open }, async (call) => {
      const [out, input, other] = [channel<number>(), channel<number>(), channel<number>()];
      const feed = { out: out.tx, input: input.rx, pair: [other.tx, 1], n: 7 };
      const answer = call("open", feed);
      const sends = Array.from({ length: 20 }, (_, item) => input.tx.send(item));
      expect(await answer).toBe(7);
      expect(await out.rx.next()).toEqual({ done: true, value: undefined });
      expect(await other.rx.next()).toEqual({ done: true, value: undefined });
      const outcomes = await Promise.allSettled(sends);
      expect(outcomes.at(-1)).toMatchObject({ status: "rejected", reason: { code: "ChannelReset" } });
      expect(input.tx.isOpen).toBe(false);
    });
  });

  it("channels beside one that is skipped work, and all end when the arguments cannot be read", async () => {
    const call = (feed: string) => `${feed} service Feeds { open(feed: Feed) -> u32 }`;
    const client = call("struct Feed { old: Rx<u32>, out: Tx<u32>, kind: Kind } enum Kind { A, B }");
    const server = call("struct Feed { out: Tx<u32>, kind: Kind } enum Kind { A }");
    const open: Invoke = async ([feed]) => {
      await (feed as { readonly out: $.Tx<number> }).out.send(5);
      return 1;
    };
    await talk(client, server, { open }, async (call) => {
      for (const kind of ["A", "B"]) {
        const [old, out] = [channel<number>(), channel<number>()];
        const answer = call("open", { old: old.rx, out: out.tx, kind });
        const ended = old.tx.closed;
        if (kind === "A") expect(await answer).toBe(1);
        else await expect(answer).rejects.toMatchObject({ code: "InvalidPayload" });
        await ended;
        if (kind === "A") expect(await out.rx.next()).toEqual({ done: false, value: 5 });
        else await expect(out.rx.next()).rejects.toMatchObject({ code: "ChannelReset" });
      }
    });
  });

  it("items that the handler sends must be ours as they stand, but for variants that may never come", async () => {
    const watch: Invoke = async ([out]) => {
      await (out as $.Tx<unknown>).send("A");
    };
    const events = (variants: string) => `enum P { ${variants} } ${service}`;
    await talk(events("A, B"), events("A, B, New"), { watch }, async (call) => {
      const { tx, rx } = channel<string>();
      const done = call("watch", tx);
      expect((await rx.next()).value).toBe("A");
      await done;
    });
    await talk(events("A, B"), events("New, A, B"), { watch }, async (call) => {
      const { tx } = channel<string>();
      await expect(call("watch", tx)).rejects.toThrow(
        "arguments of Feed.watch: at .0: items of a Tx have another layout: the peer reads `P` without a plan",
      );
    });
  });
});
