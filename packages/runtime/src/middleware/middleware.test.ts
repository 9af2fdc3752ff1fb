import { describe, expect, it } from "vitest";
import type { Caller } from "../call/caller.js";
import type { CallContext } from "../call/context.js";
import { Dispatcher, type HandledMethod } from "../call/dispatcher.js";
import type { Method } from "../call/method.js";
import { CallError, ChannelError, DeclaredError } from "../errors.js";
import { FakeClock } from "../testing/fake-clock.js";
import { Metadata } from "../wire/metadata.js";
import { attachBearerToken, UnauthenticatedError, verifyBearerToken } from "./bearer.js";
import type { ClientMiddleware } from "./client-middleware.js";
import { contextKey } from "./context-key.js";
import { enforceDeadline, propagateDeadline, timeRemainingMs } from "./deadline.js";
import { type CallRecord, logClientCalls, logServerCalls } from "./logging.js";
import type { ServerMiddleware } from "./server-middleware.js";
import { withMiddleware } from "./with-middleware.js";

const name = { service: "Demo", name: "get", id: 1n };
const method = name as unknown as Method<[], string, never>;

/** A caller that answers by itself, and remembers the metadata that it was given. */
function callerThat(answer: () => Promise<unknown>): Caller & { readonly sent: Metadata[] } {
  const sent: Metadata[] = [];
  const caller = {
    sent,
    call: (_method: unknown, _args: unknown, options: { metadata: Metadata }) => {
      sent.push(options.metadata);
      return answer();
    },
  };
  return caller as unknown as Caller & { readonly sent: Metadata[] };
}

function contextWith(metadata: Metadata): CallContext {
  return {
    method: name,
    metadata,
    responseMetadata: new Metadata(),
    signal: new AbortController().signal,
  } as unknown as CallContext;
}

/** What a handler behind middleware answers. */
function through(
  middleware: readonly ServerMiddleware[],
  context: CallContext,
  invoke: (context: CallContext) => unknown,
): Promise<unknown> {
  const handled = { ...name, invoke: (_args: unknown, given: CallContext) => invoke(given) };
  const [only] = withMiddleware(
    new Dispatcher("Demo", [handled as unknown as HandledMethod], undefined),
    middleware,
  ).methods;
  return Promise.resolve(only?.invoke([], context));
}

describe("client middleware", () => {
  it("runs around the call, the first outermost, and may try again", async () => {
    const log: string[] = [];
    const noting =
      (label: string): ClientMiddleware =>
      async (_call, next) => {
        log.push(`> ${label}`);
        const value = await next();
        log.push(`< ${label}`);
        return value;
      };
    let attempts = 0;
    const again: ClientMiddleware = (_call, next) => next().catch(next);
    const inner = callerThat(() => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new CallError("ConnectionClosed")) : Promise.resolve("ok");
    });
    const caller = withMiddleware(inner, [noting("a"), again, noting("b")]);
    expect(await caller.call(method, [])).toBe("ok");
    expect(log).toEqual(["> a", "> b", "> b", "< b", "< a"]);
  });

  it("adds metadata to a copy; what it throws is what the caller gets, as value from tryCall", async () => {
    const own = new Metadata({ a: "1" });
    const inner = callerThat(() => Promise.reject(new CallError("UnknownMethod")));
    const caller = withMiddleware(inner, [attachBearerToken(() => "secret"), propagateDeadline()]);
    const result = await caller.tryCall(method, [], { metadata: own, timeoutMs: 250 });
    expect(result).toMatchObject({ ok: false, error: { code: "UnknownMethod" } });
    expect(own.size).toBe(1);
    expect(inner.sent[0]?.getString("authorization")).toBe("Bearer secret");
    expect(inner.sent[0]?.getU64("deadline-ms")).toBe(250n);
    expect(JSON.stringify(inner.sent[0])).not.toContain("secret");
    const broken = withMiddleware(inner, [() => Promise.reject(new TypeError("no"))]);
    await expect(broken.tryCall(method, [])).rejects.toThrow("no");
  });

  it("logs outcome and time, metadata masked", async () => {
    const clock = new FakeClock();
    const records: CallRecord[] = [];
    const inner = callerThat(async () => {
      clock.advance(7);
      return "ok";
    });
    const caller = withMiddleware(inner, [
      attachBearerToken("secret"),
      logClientCalls((record) => records.push(record), { metadata: true, clock }),
    ]);
    await caller.call(method, []);
    expect(records).toEqual([
      {
        side: "client",
        method: "Demo.get",
        outcome: "Ok",
        elapsedMs: 7,
        metadata: [{ key: "authorization", value: "[sensitive]" }],
      },
    ]);
  });
});

describe("server middleware", () => {
  const user = contextKey<string>("user");
  const bearer = verifyBearerToken((token) => (token === "good" ? "ada" : undefined), user);

  it("lets only accepted tokens through, and tells the handler whose they are", async () => {
    const good = contextWith(new Metadata({ authorization: "Bearer good" }));
    expect(await through([bearer], good, (context) => user.require(context))).toBe("ada");
    for (const text of ["Bearer bad", "good"]) {
      const context = contextWith(new Metadata({ authorization: text }));
      await expect(through([bearer], context, () => "reached")).rejects.toBeInstanceOf(UnauthenticatedError);
      expect(context.responseMetadata.getString("error")).toBe("unauthenticated");
    }
    expect(() => user.require(contextWith(new Metadata()))).toThrow(/no user in the context of get/);
  });

  it("ends the handler's time with its caller's", async () => {
    const clock = new FakeClock();
    const context = contextWith(new Metadata({ "deadline-ms": 100 }));
    user.set(context, "ada");
    const seen = await through([enforceDeadline(clock)], context, (given) => {
      clock.advance(60);
      const left = timeRemainingMs(given);
      clock.advance(60);
      return [left, given.signal.aborted, timeRemainingMs(given), user.get(given), given.method.name];
    });
    expect(seen).toEqual([40, true, 0, "ada", "get"]);
    expect(clock.armed).toBe(0);
    expect(timeRemainingMs(context)).toBeUndefined();
  });

  const left = new AbortController();
  left.abort();
  it.each([
    ["Failed", new Error("boom"), undefined],
    ["Cancelled", new Error("boom"), left.signal],
    ["Cancelled", new ChannelError("ChannelReset", "boom"), left.signal],
    ["ChannelReset", new ChannelError("ChannelReset", "boom"), undefined],
    ["User", new DeclaredError(name, { kind: "boom" }), left.signal],
  ] as const)("logs %s for a handler that throws %s", async (outcome, error, signal) => {
    const records: CallRecord[] = [];
    const logged = logServerCalls((record) => records.push(record), { clock: new FakeClock() });
    const context = contextWith(new Metadata());
    const given = signal === undefined ? context : { ...context, signal };
    await expect(through([logged], given, () => Promise.reject(error))).rejects.toBe(error);
    expect(records.map((record) => [record.side, record.outcome])).toEqual([["server", outcome]]);
  });
});
