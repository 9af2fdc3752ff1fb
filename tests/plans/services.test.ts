/** Old and new programs on one connection: each reads what the other writes. */
import { CallError, channel, DeclaredError } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import type {} from "@voxrpc/runtime/link";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it, test, vi } from "vitest";
import { VoxService } from "../support/vox-types.js";

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
    await work((name, ...args) => pair.client.client(old.service).call(old.method(name), args));
    await settle();
  } finally {
    await pair[Symbol.asyncDispose]();
  }
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
      expect((failure as CallError).message).toMatch(
        /^Daemon\.status: invalid vox payload: .*'pid' .*; .*'executable_path' .*: uptime_ms, listen\)$/,
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
      await expect(call("echo", { kind: "New", value: "x" })).rejects.toThrow(/E::New at \.0/);
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
      await expect(call("pay", 0)).rejects.toThrow(/result of Bank\.pay: .*`u32`.*`String`/);
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

  it("channels beside one that is skipped carry their items, and all end when the arguments cannot be read", async () => {
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

  const items = (declarations: string) => `${declarations} ${service}`;
  const sends = (...values: unknown[]): Invoke =>
    async function watch([out]) {
      for (const value of values) await (out as $.Tx<unknown>).send(value);
    };

  test.each([
    [
      "drops what the caller lacks",
      "struct P { n: u32 }",
      "struct P { note: string, n: u32, more: u8[] }",
      [{ note: "a", n: 1, more: [1] }, { n: 1 }],
    ],
    [
      "writes none for options that it lacks",
      "struct P { note: string?, n: u32, @required tag: u8? }",
      "struct P { n: u32 }",
      [{ n: 1 }, { note: undefined, n: 1, tag: undefined }],
    ],
    [
      "keeps the caller's order",
      "struct P { a: u8, b: string }",
      "struct P { b: string, a: u8 }",
      [
        { b: "x", a: 7 },
        { a: 7, b: "x" },
      ],
    ],
    [
      "finds variants by name",
      "enum P { A, B { x: u8 } }",
      "enum P { B { y: u8, x: u8 }, New, A }",
      [
        { kind: "B", y: 1, x: 2 },
        { kind: "B", x: 2 },
      ],
    ],
    [
      "writes types that contain themselves",
      "struct P { n: u8, next: P? }",
      "struct P { next: P?, gone: u64, n: u8 }",
      [
        { n: 1, gone: 1n, next: { n: 2, gone: 2n, next: undefined } },
        { n: 1, next: { n: 2, next: undefined } },
      ],
    ],
    [
      "reaches into lists, maps and tuples",
      "struct I { a: u8 } struct P { l: I[], m: map<string, (I, u8)> }",
      "struct I { z: u8, a: u8 } struct P { m: map<string, (I, u8)>, l: I[] }",
      [
        { l: [{ z: 1, a: 2 }], m: new Map([["k", [{ z: 3, a: 4 }, 5]]]) },
        { l: [{ a: 2 }], m: new Map([["k", [{ a: 4 }, 5]]]) },
      ],
    ],
    [
      "writes typed arrays and results",
      "struct P { @typed l: f64[], @typed a: u16[2], r: result<u8, string>, n: u8 }",
      "struct P { n: u8, more: u8, r: result<u8, string>, @typed a: u16[2], @typed l: f64[] }",
      [
        {
          n: 1,
          more: 2,
          r: { ok: false, error: "x" },
          a: Uint16Array.of(3, 400),
          l: Float64Array.of(0.5, 1.5),
        },
        { n: 1, r: { ok: false, error: "x" }, a: Uint16Array.of(3, 400), l: Float64Array.of(0.5, 1.5) },
      ],
    ],
  ] as const)("a handler that sends %s", async (_, client, server, [sent, expected]) => {
    await talk(items(client), items(server), { watch: sends(sent, sent) }, async (call) => {
      const { tx, rx } = channel<unknown>();
      const done = call("watch", tx);
      expect(await rx.next()).toEqual({ done: false, value: expected });
      expect(await rx.next()).toEqual({ done: false, value: expected });
      expect(await rx.next()).toEqual({ done: true, value: undefined });
      await done;
    });
  });

  test.each([
    [
      "a field",
      "struct P { n: u32, more: Q } struct Q { x: u8 }",
      "struct P { n: u32, more: Q } struct Q { }",
      "at .0.more: the peer's 'Q' has a field 'x' (type u8) that our 'Q' lacks",
    ],
    [
      "a field with a default, which the caller alone knows",
      "struct P { n: u32 = 5 }",
      "struct P { }",
      "at .0: the peer's 'P' has a field 'n' (type u32) that our 'P' lacks",
    ],
    [
      "another type",
      "struct P { n: u64 }",
      "struct P { n: u32 }",
      "at .0.n: structural mismatch: remote is `u64`, local is `u32`",
    ],
    [
      "another payload of a variant",
      "enum P { A(u8) }",
      "enum P { A }",
      "at .0::A: variant 'A' payload mismatch: remote is newtype, local is unit",
    ],
  ])("a call is refused at its start where the caller needs %s", async (_, client, server, reason) => {
    const watch = vi.fn<Invoke>();
    await talk(items(client), items(server), { watch }, async (call) => {
      const { tx, rx } = channel<unknown>();
      await expect(call("watch", tx)).rejects.toThrow(`arguments of Feed.watch: ${reason}`);
      await expect(rx.next()).rejects.toMatchObject({ code: "ChannelReset" });
    });
    expect(watch).not.toHaveBeenCalled();
  });

  it("an item whose variant the caller lacks resets the channel, and both ends learn why", async () => {
    let failure: unknown;
    const watch: Invoke = async ([out]) => {
      const tx = out as $.Tx<unknown>;
      await tx.send("A");
      failure = await tx.send("New").catch((error: unknown) => error);
      expect(tx.isOpen).toBe(false);
    };
    const events = (variants: string) => items(`enum P { ${variants} }`);
    await talk(events("A, B"), events("New, A, B"), { watch }, async (call) => {
      const { tx, rx } = channel<string>();
      const done = call("watch", tx);
      expect((await rx.next()).value).toBe("A");
      const reason = "the receiver's version has no variant P::New at .0; it knows A, B";
      await expect(rx.next()).rejects.toMatchObject({
        code: "ChannelReset",
        message: `channel reset by peer: the receiver cannot read this item: ${reason}`,
      });
      await done;
      expect(failure).toMatchObject({ code: "ItemUnreadable" });
      expect((failure as Error).message).toContain(reason);
    });
  });

  test.each([
    ["a: u8", { a: "no number" }, "item.a", { a: 1 }],
    ["@typed a: u8[]", { a: [1] }, "item.a", { a: Uint8Array.of(1) }],
    ["@typed a: u8[2]", { a: Uint8Array.of(1) }, "item.a", { a: Uint8Array.of(1, 2) }],
    ["a: u16[2]", { a: [1] }, "item.a", { a: [1, 2] }],
    ["a: map<u8, u8>", { a: {} }, "item.a", { a: new Map() }],
    ["a: E", { a: "C" }, "item.a", { a: "A" }],
    ["a: result<u8, u8>", { a: {} }, "item.a", { a: { ok: true, value: 1 } }],
  ])(
    "an item that does not fit the handler's own type leaves the channel open: %s",
    async (field, wrong, path, right) => {
      const watch: Invoke = async ([out]) => {
        const tx = out as $.Tx<unknown>;
        const refused = await tx.send({ b: 1, ...wrong }).catch((error: unknown) => error);
        expect(refused).toMatchObject({ code: "EncodeFailed", path });
        await tx.send({ b: 1, ...right });
      };
      const versions = [`struct P { ${field} }`, `struct P { b: u8, ${field} }`] as const;
      const [client, server] = versions.map((text) => items(`${text} enum E { A, B }`)) as [string, string];
      await talk(client, server, { watch }, async (call) => {
        const { tx, rx } = channel<unknown>();
        const done = call("watch", tx);
        expect((await rx.next()).value).toEqual(right);
        await done;
      });
    },
  );
});
