/**
 * Sessions that go on over a new link: what becomes of calls, handlers, channels and connections. Source:
 * `protocol/session.md` §7, `protocol/calls.md` §6.3.
 */
import { channel } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { count, lookup, sum, wait } from "../support/golden-service.js";
import { Gate, type Resumable, type ResumableOptionsOfTest, resumable } from "../support/resumable.js";

/** A method as a caller declares it who may repeat it. */
const repeatable = <A extends readonly unknown[], T, E>(own: $.Method<A, T, E>): $.Method<A, T, E> =>
  Object.assign(Object.create(Object.getPrototypeOf(own)), own, { idempotent: true });

let pair: Resumable | undefined;

async function connected(
  methods: readonly $.HandledMethod[],
  options: ResumableOptionsOfTest = {},
): Promise<Resumable> {
  pair = await resumable($.dispatcher("Golden", methods), options);
  return pair;
}

afterEach(async () => {
  await pair?.close();
  expect(pair?.clock.armed ?? 0).toBe(0);
  pair = undefined;
});

const callerOf = ({ client }: Resumable): GoldenClient => client.client(Golden);

describe("a volatile call", () => {
  it("that runs when the link is cut gets its answer over the next one, and runs once", async () => {
    const gate = new Gate<number>();
    const own = await connected([wait.handled((_args, { signal }) => gate.wait(signal))]);
    const call = callerOf(own).wait(1);
    await settle();
    await own.cut();
    expect(own.client.state).toMatchObject({ kind: "recovering" });
    await own.recover();
    expect(own.client.state).toEqual({ kind: "open", reconnects: 1, isResumed: true });
    gate.open(42);
    expect(await call).toBe(42);
    expect(gate.runs).toBe(1);
    expect(gate.signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect(own.accepted[1]).toBe(own.accepted[0]);
    expect(own.networks).toHaveLength(2);
  });

  it("that is answered while there is no link gets that answer", async () => {
    const gate = new Gate<number>();
    const own = await connected([wait.handled((_args, { signal }) => gate.wait(signal))]);
    const call = callerOf(own).wait(1);
    await settle();
    await own.cut();
    gate.open(43);
    await own.recover();
    expect(await call).toBe(43);
  });

  it("that the acceptor has forgotten is answered with Indeterminate", async () => {
    const gate = new Gate<number>();
    const own = await connected([wait.handled((_args, { signal }) => gate.wait(signal))]);
    const call = callerOf(own).$try.wait(1);
    await settle();
    own.registry = own.newRegistry();
    await own.cut();
    await own.recover();
    expect(own.client.state).toEqual({ kind: "open", reconnects: 1, isResumed: false });
    expect(await call).toMatchObject({ ok: false, error: { code: "Indeterminate" } });
    expect(gate.runs).toBe(1);
    expect(own.accepted[1]).not.toBe(own.accepted[0]);
  });

  it("made while there is no link is made on the next one", async () => {
    const own = await connected([wait.handled(([value]) => value)]);
    await own.cut();
    const calls = [1, 2, 3].map((value) => callerOf(own).wait(value));
    await own.recover();
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
  });

  it("made while too many wait for a link fails at once", async () => {
    const own = await connected([wait.handled(([value]) => value)], {
      client: { limits: { maxWaitingCalls: 2 } },
    });
    await own.cut();
    const calls = [1, 2, 3].map((value) => callerOf(own).$try.wait(value));
    await expect(calls[2]).resolves.toMatchObject({
      ok: false,
      error: { code: "ConnectionClosed", message: expect.stringContaining("limit maxWaitingCalls") },
    });
    await own.recover();
    expect(await Promise.all(calls.slice(0, 2))).toEqual([
      { ok: true, value: 1 },
      { ok: true, value: 2 },
    ]);
  });
});

describe("an idempotent call", () => {
  it("is made again where the acceptor has forgotten the session", async () => {
    const gate = new Gate<string>();
    const own = await connected([lookup.handled((_args, { signal }) => gate.wait(signal))]);
    const call = callerOf(own).lookup("a");
    await settle();
    own.registry = own.newRegistry();
    await own.cut();
    await own.recover();
    await settle();
    expect(gate.runs).toBe(2);
    gate.open("b");
    expect(await call).toBe("b");
  });

  it("can be cancelled and can be late while there is no link", async () => {
    const gate = new Gate<string>();
    const own = await connected([lookup.handled((_args, { signal }) => gate.wait(signal))]);
    const controller = new AbortController();
    const cancelled = callerOf(own).$try.lookup("a", { signal: controller.signal });
    const late = callerOf(own).$try.lookup("b", { timeoutMs: 50 });
    await settle();
    await own.cut();
    controller.abort();
    own.clock.advance(50);
    for (const call of [cancelled, late])
      expect(await call).toMatchObject({ ok: false, error: { code: "Cancelled" } });
    await own.recover();
    await settle();
    expect(gate.signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(own.serving.snapshot().connections[0]?.requests).toEqual([]);
  });
});

describe("a call with channels", () => {
  const counting = (gate: Gate<undefined>): $.HandledMethod =>
    count.handled(async ([from, many, out], { signal }) => {
      for (let value = from; value < from + many; value++) await out.send(value);
      return gate.wait(signal);
    });

  it("fails closed: channel_retry_non_idem_fails_closed", async () => {
    const gate = new Gate<undefined>();
    const own = await connected([counting(gate)]);
    const { tx, rx } = channel<number>();
    const call = callerOf(own).$try.count(5, 3, tx);
    await settle();
    await own.cut();
    expect(await call).toMatchObject({ ok: false, error: { code: "Indeterminate" } });
    expect([await rx.next(), await rx.next(), await rx.next()].map(({ value }) => value)).toEqual([5, 6, 7]);
    await expect(rx.next()).rejects.toMatchObject({
      code: "ConnectionClosed",
      retryable: true,
      message: "the session has lost its link, and channels do not survive that",
    });
    expect(gate.signals.map(({ aborted }) => aborted)).toEqual([true]);
    await own.recover();
    expect(gate.runs).toBe(1);
    expect(own.client.snapshot().connections[0]?.channels).toEqual([]);
    expect(own.serving.snapshot().connections[0]?.channels).toEqual([]);
  });

  it("is made again when it is idempotent, and its receiver goes on: channel_retry_idem_reruns_with_fresh_channels", async () => {
    const gate = new Gate<undefined>();
    const handler = { ...counting(gate), idempotent: true };
    const own = await connected([handler]);
    const { tx, rx } = channel<number>();
    const call = callerOf(own).$caller.call(repeatable(count.method), [5, 3, tx]);
    expect(await rx.next()).toEqual({ done: false, value: 5 });
    await settle();
    await own.cut();
    await own.recover();
    await settle();
    expect(gate.runs).toBe(2);
    gate.open(undefined);
    await call;
    const items: number[] = [];
    for await (const item of rx) items.push(item);
    expect(items).toEqual([6, 7, 5, 6, 7]);
  });

  it("that we send on cannot be made again, idempotent or not", async () => {
    const handler = sum.handled(async ([items]) => {
      let total = 0n;
      for await (const item of items) total += BigInt(item);
      return total;
    });
    const own = await connected([{ ...handler, idempotent: true }]);
    const { tx, rx } = channel<number>();
    const call = callerOf(own).$caller.tryCall(repeatable(sum.method), [rx]);
    await tx.send(1);
    await settle();
    await own.cut();
    expect(await call).toMatchObject({ ok: false, error: { code: "ConnectionClosed" } });
    await expect(tx.send(2)).rejects.toMatchObject({
      code: "ConnectionClosed",
      retryable: true,
      message: expect.stringContaining("the session has lost its link"),
    });
    await own.recover();
  });
});

describe("the next link", () => {
  it("is one after the other, under ever new keys", async () => {
    const own = await connected([wait.handled(([value]) => value)]);
    for (let round = 1; round <= 4; round++) {
      await own.cut(round % 2 === 0 ? "end" : "error");
      await own.recover();
      expect(own.client.state).toEqual({ kind: "open", reconnects: round, isResumed: true });
      expect(await callerOf(own).wait(round)).toBe(round);
    }
    expect(new Set(own.accepted).size).toBe(1);
    expect(own.registry?.size).toBe(1);
    expect(own.registry?.waitingCount).toBe(0);
  });

  it("with other settings of ours is refused: resume_rejects_changed_local_root_settings", async () => {
    const own = await connected([wait.handled(([value]) => value)]);
    Object.assign(own.options, { maxConcurrentRequests: 65 });
    await own.cut();
    const call = callerOf(own).$try.wait(1);
    await own.recover();
    const text = "protocol error: local root settings changed across session resume";
    expect(await own.client.closed).toMatchObject({ error: { code: "Protocol", message: text } });
    expect(await call).toMatchObject({ ok: false, error: { code: "ConnectionClosed" } });
    expect(own.refusals).toMatchObject([
      { code: "Protocol", message: "protocol error: peer root settings changed across session resume" },
    ]);
    // The acceptor goes on waiting for a peer that keeps its word.
    expect(own.serving.state).toMatchObject({ kind: "recovering" });
  });

  it("with other settings of the acceptor is refused: resume_rejects_changed_peer_root_settings", async () => {
    const own = await connected([wait.handled(([value]) => value)]);
    own.server = { maxConcurrentRequests: 65 };
    await own.cut();
    await own.recover();
    const text = "protocol error: peer root settings changed across session resume";
    expect(await own.client.closed).toMatchObject({ error: { code: "Protocol", message: text } });
    expect(own.refusals).toMatchObject([
      { code: "Protocol", message: "protocol error: local root settings changed across session resume" },
    ]);
  });
});
