/** Rows of `protocol/behaviours.md` §17: middleware on both sides of two connected sessions. */
import {
  type CallContext,
  type CallRecord,
  type ClientMiddleware,
  contextKey,
  enforceDeadline,
  fail,
  logClientCalls,
  logServerCalls,
  Metadata,
  propagateDeadline,
  type ServerMiddleware,
  timeRemainingMs,
  withMiddleware,
} from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, type SessionPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { VoxService } from "../support/vox-types.js";

const demo = new VoxService(`
  service Demo {
    echo(value: u32) -> u32
    add(a: u32, b: u32) -> u32
    tell() -> string
    fail() -> u32
  }
`);

/** Answers; `tell` answers with what `told` makes of its context. */
function demoDispatcher(told: (context: CallContext) => string): $.Dispatcher {
  return $.dispatcher("Demo", [
    demo.handled("echo", ([value]) => value),
    demo.handled("add", ([a, b]) => (a as number) + (b as number)),
    demo.handled("tell", (_args, context) => told(context)),
    demo.handled("fail", () => {
      throw new Error("no reply");
    }),
  ]);
}

function callerOf({ client }: SessionPair, ...middleware: readonly ClientMiddleware[]): $.Caller {
  return withMiddleware(client.holdCaller(), middleware);
}

const header = (key: string) => (context: CallContext) => context.metadata.getString(key) ?? "nothing";

describe("client middleware", () => {
  const noting =
    (log: string[], label: string): ClientMiddleware =>
    async (_call, next) => {
      log.push(`${label}:pre`);
      const value = await next();
      log.push(`${label}:post`);
      return value;
    };

  it("middleware_hooks_fire_in_order", async () => {
    await using pair = await connectPair(demoDispatcher(header("x")));
    const log: string[] = [];
    const caller = callerOf(pair, noting(log, "first"), noting(log, "second"));
    expect(await caller.call(demo.method("echo"), [42])).toBe(42);
    expect(log).toEqual(["first:pre", "second:pre", "second:post", "first:post"]);
  });

  it("client_middleware_end_to_end", async () => {
    await using pair = await connectPair(demoDispatcher(header("x-client-value")));
    const seen: unknown[] = [];
    const first: ClientMiddleware = (call, next) => {
      call.metadata.append("x-client-value", "first-value");
      return next();
    };
    const second: ClientMiddleware = (call, next) => {
      seen.push(call.method.name, call.metadata.getString("x-client-value"));
      return next();
    };
    expect(await callerOf(pair, first, second).call(demo.method("tell"), [])).toBe("first-value");
    expect(seen).toEqual(["tell", "first-value"]);
  });

  it("middleware_can_inject_metadata", async () => {
    await using pair = await connectPair(demoDispatcher(header("x-test")));
    const inject: ClientMiddleware = (call, next) => {
      call.metadata.append("x-test", "injected");
      return next();
    };
    expect(await callerOf(pair).call(demo.method("tell"), [])).toBe("nothing");
    expect(await callerOf(pair, inject).call(demo.method("tell"), [])).toBe("injected");
  });

  it("client_request_can_add_owned_metadata", async () => {
    let arrived: readonly (readonly [string, unknown])[] = [];
    const told = ({ metadata }: CallContext): string => {
      arrived = [...metadata].slice(0, 3).map(({ key, value }) => [key, value]);
      return "";
    };
    await using pair = await connectPair(demoDispatcher(told));
    const add: ClientMiddleware = ({ metadata }, next) => {
      metadata
        .append("x-test", "value")
        .append("x-bytes", Uint8Array.of(1, 2, 3))
        .append("x-num", 7);
      return next();
    };
    await callerOf(pair, add).call(demo.method("tell"), []);
    expect(arrived).toEqual([
      ["x-test", "value"],
      ["x-bytes", Uint8Array.of(1, 2, 3)],
      ["x-num", 7n],
    ]);
  });

  it("client_logging_emits_redacted_request_and_response_logs", async () => {
    const pair = await connectPair(demoDispatcher(header("x")));
    const records: CallRecord[] = [];
    const caller = callerOf(
      pair,
      logClientCalls((record) => records.push(record), { metadata: true }),
    );
    const metadata = new Metadata()
      .append("authorization", "Bearer secret", { sensitive: true })
      .append("attempt", 2);
    pair.serverLink.abort();
    const result = await caller.tryCall(demo.method("echo"), [1], { metadata });
    expect(result).toMatchObject({ ok: false });
    expect(records).toMatchObject([
      {
        side: "client",
        method: "Demo.echo",
        outcome: "ConnectionClosed",
        metadata: [
          { key: "authorization", value: "[sensitive]" },
          { key: "attempt", value: "2" },
        ],
      },
    ]);
    expect(JSON.stringify(records)).not.toContain("secret");
  });
});

describe("server middleware", () => {
  const trail = contextKey<string>("trail");

  it("server_middleware_end_to_end", async () => {
    const log: string[] = [];
    const passing =
      (label: string, mark: (before: string | undefined) => string): ServerMiddleware =>
      async (context, _args, next) => {
        log.push(`${label}:pre`);
        trail.set(context, mark(trail.get(context)));
        const value = await next();
        log.push(`${label}:post:Replied`);
        return value;
      };
    const served = withMiddleware(
      demoDispatcher((context) => trail.require(context)),
      [passing("first", () => "first"), passing("second", (before) => `${before}+second`)],
    );
    await using pair = await connectPair(served);
    expect(await callerOf(pair).call(demo.method("tell"), [])).toBe("first+second");
    expect(log).toEqual(["first:pre", "second:pre", "second:post:Replied", "first:post:Replied"]);
  });

  it("sends what a handler sets beside its answer, behind middleware that gives it another context", async () => {
    const served = $.dispatcher("Demo", [
      demo.handled("tell", (_args, context) => {
        context.responseMetadata.set("served-by", "host-1");
        return String(timeRemainingMs(context) !== undefined);
      }),
    ]);
    await using pair = await connectPair(withMiddleware(served, [enforceDeadline()]));
    let answered: Metadata | undefined;
    const onMetadata = (metadata: Metadata): void => {
      answered = metadata;
    };
    const options = { timeoutMs: 60_000, onMetadata };
    expect(await callerOf(pair, propagateDeadline()).call(demo.method("tell"), [], options)).toBe("true");
    expect(answered?.getString("served-by")).toBe("host-1");
  });

  it("server_request_peek_end_to_end, server_response_peek_end_to_end", async () => {
    const seen: unknown[] = [];
    const peeking: ServerMiddleware = async (_context, args, next) => {
      seen.push([...args]);
      const value = await next();
      seen.push(value);
      return value;
    };
    await using pair = await connectPair(withMiddleware(demoDispatcher(header("x")), [peeking]));
    expect(await callerOf(pair).call(demo.method("add"), [20, 22])).toBe(42);
    expect(seen).toEqual([[20, 22], 42]);
  });

  it("server_call_outcome_reports_reply_state", async () => {
    const replied: boolean[] = [];
    const noting: ServerMiddleware = async (_context, _args, next) => {
      try {
        const value = await next();
        replied.push(true);
        return value;
      } catch (error) {
        replied.push(false);
        throw error;
      }
    };
    await using pair = await connectPair(withMiddleware(demoDispatcher(header("x")), [noting]));
    await callerOf(pair).call(demo.method("echo"), [1]);
    await expect(callerOf(pair).call(demo.method("fail"), [])).rejects.toMatchObject({ code: "Cancelled" });
    expect(replied).toEqual([true, false]);
  });

  it("server_request_exposes_context_and_decoded_args", async () => {
    const seen: unknown[] = [];
    const own = (metadata: Metadata) => [...metadata].filter(({ key }) => !key.startsWith("vox-")).length;
    const peeking: ServerMiddleware = (context, args, next) => {
      seen.push(context.method.name, own(context.metadata), ...args);
      return next();
    };
    await using pair = await connectPair(withMiddleware(demoDispatcher(header("x")), [peeking]));
    await callerOf(pair).call(demo.method("add"), [7, 35]);
    expect(seen).toEqual(["add", 0, 7, 35]);
  });

  it("extensions_store_values_by_type", async () => {
    const counter = contextKey<number>("counter");
    const text = contextKey<string>("text");
    const seen: unknown[] = [];
    const counting: ServerMiddleware = (context, _args, next) => {
      seen.push(counter.get(context));
      counter.set(context, 41);
      seen.push(counter.get(context));
      counter.set(context, counter.require(context) + 1);
      seen.push(counter.get(context), text.get(context));
      return next();
    };
    await using pair = await connectPair(withMiddleware(demoDispatcher(header("x")), [counting]));
    await callerOf(pair).call(demo.method("echo"), [1]);
    expect(seen).toEqual([undefined, 41, 42, undefined]);
  });
});

describe("server logging", () => {
  it("server_logging_emits_redacted_request_and_response_logs", async () => {
    const records: CallRecord[] = [];
    const served = $.dispatcher("Demo", [
      demo.handled("add", ([a, b], context) => {
        context.responseMetadata.append("etag", "v1");
        return (a as number) + (b as number);
      }),
    ]);
    const log = logServerCalls((record) => records.push(record), { metadata: true, payloads: true });
    await using pair = await connectPair(withMiddleware(served, [log]));
    const metadata = new Metadata()
      .append("authorization", "Bearer secret", { sensitive: true })
      .append("attempt", 2);
    expect(await callerOf(pair).call(demo.method("add"), [20, 22], { metadata })).toBe(42);
    expect(records).toMatchObject([
      {
        side: "server",
        method: "Demo.add",
        outcome: "Ok",
        args: "[20, 22]",
        answer: "42",
        responseMetadata: [{ key: "etag", value: "v1" }],
      },
    ]);
    expect(records[0]?.metadata).toEqual(
      expect.arrayContaining([
        { key: "authorization", value: "[sensitive]" },
        { key: "attempt", value: "2" },
      ]),
    );
    expect(JSON.stringify(records)).not.toContain("secret");
  });

  it("server_logging_truncates_large_payloads", async () => {
    const records: CallRecord[] = [];
    const lists = new VoxService("service Lists { take(items: u32[], text: string) -> u32[] }");
    const served = $.dispatcher("Lists", [lists.handled("take", ([items]) => items)]);
    const payloads = { depth: 6, text: 8, items: 3 };
    const log = logServerCalls((record) => records.push(record), { payloads });
    await using pair = await connectPair(withMiddleware(served, [log]));
    await callerOf(pair).call(lists.method("take"), [[1, 2, 3, 4, 5], "abcdefghijklmnopqrstuvwxyz"]);
    expect(records).toMatchObject([
      {
        args: '[[1, 2, 3, … 2 more items], "abcdefgh" … 18 more chars]',
        answer: "[1, 2, 3, … 2 more items]",
        metadata: undefined,
      },
    ]);
  });

  it("shows a declared error on both sides, and no answer where there is none", async () => {
    const records: CallRecord[] = [];
    const write = (record: CallRecord): number => records.push(record);
    const refusing = new VoxService("service Refusing { refuse() -> u32 throws string  crash() }");
    const served = $.dispatcher("Refusing", [
      refusing.handled("refuse", () => fail("no")),
      refusing.handled("crash", () => {
        throw new Error("not for the caller");
      }),
    ]);
    await using pair = await connectPair(withMiddleware(served, [logServerCalls(write, { payloads: true })]));
    const caller = callerOf(pair, logClientCalls(write, { payloads: true }));
    await caller.tryCall(refusing.method("refuse"), []);
    await caller.tryCall(refusing.method("crash"), []);
    expect(records.map(({ side, outcome, answer }) => [side, outcome, answer])).toEqual([
      ["server", "User", '"no"'],
      ["client", "User", '"no"'],
      ["server", "Failed", undefined],
      ["client", "Cancelled", undefined],
    ]);
  });
});

describe("metadata", () => {
  it("metadata_debug_redacts_sensitive_values", async () => {
    const { inspect } = await import("node:util");
    const metadata = new Metadata()
      .append("authorization", "Bearer secret", { sensitive: true })
      .append("blob", Uint8Array.of(1, 2, 3))
      .append("attempt", 2);
    for (const text of [inspect(metadata), JSON.stringify(metadata)]) {
      expect(text).not.toContain("secret");
      for (const shown of ["authorization", "[sensitive]", "blob", "3 bytes", "attempt", "2"])
        expect(text).toContain(shown);
    }
  });
});
