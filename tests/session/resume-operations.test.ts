/**
 * Calls that run once, whatever happens to links and acceptors. Source: `protocol/calls.md` §6.2–6.3,
 * `protocol/session.md` §7.
 */
import { Metadata } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import {
  memoryOperationStore,
  type OperationStore,
  type SessionRecord,
  type SessionStore,
} from "@voxrpc/runtime/store";
import { settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { commit, serveGolden, wait } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import { Gate, type Resumable, type ResumableOptionsOfTest, resumable } from "../support/resumable.js";

let pair: Resumable | undefined;

afterEach(async () => {
  await pair?.close();
  expect(pair?.clock.armed ?? 0).toBe(0);
  pair = undefined;
});

/** An acceptor with a persist method and a volatile one, whose handlers answer when the test says so. */
async function connected(options: ResumableOptionsOfTest = {}) {
  const commits = new Gate<bigint>();
  const waits = new Gate<number>();
  pair = await resumable(
    serveGolden({
      commit: (_a, { signal }) => commits.wait(signal),
      wait: (_a, { signal }) => waits.wait(signal),
    }),
    options,
  );
  return { own: pair, commits, waits };
}

async function call(
  { client }: Resumable,
  method: { readonly method: unknown },
  args: readonly unknown[],
  operationId?: number,
): Promise<unknown> {
  const metadata = operationId === undefined ? undefined : new Metadata({ "vox-operation-id": operationId });
  const known = method.method as $.Method<readonly unknown[], unknown, unknown>;
  const result = await client.client(Golden).$caller.tryCall(known, args, metadata && { metadata });
  return result.ok ? result.value : result.error.code;
}

/** Nothing that the acceptor says arrives any more. */
function loseAnswers({ networks }: Resumable): void {
  networks.at(-1)?.toClient.silence();
}

/** Keeps records as a file would. */
class RecordedSessions implements SessionStore {
  readonly records = new Map<string, SessionRecord>();

  save(key: Uint8Array, record: SessionRecord): void {
    this.records.set(toHex(key), structuredClone(record));
  }

  find(key: Uint8Array): SessionRecord | undefined {
    return this.records.get(toHex(key));
  }

  remove(key: Uint8Array): void {
    this.records.delete(toHex(key));
  }
}

describe("with the same acceptor", () => {
  it("operation_replay_after_resume_delivers_sealed_outcome", async () => {
    const { own, commits } = await connected();
    const first = call(own, commit, [11], 99);
    await settle();
    commits.open(11n);
    expect(await first).toBe(11n);
    await own.cut();
    await own.recover();
    expect(own.client.state).toEqual({ kind: "open", reconnects: 1, isResumed: true });
    expect(own.accepted[1]).toBe(own.accepted[0]);
    expect(await call(own, commit, [11], 99)).toBe(11n);
    expect(await call(own, commit, [12], 99)).toBe("InvalidPayload");
    expect(commits.runs).toBe(1);
  });

  it.each([
    ["persist", commit, 7n],
    ["volatile", wait, 7],
  ])(
    "the answer of a %s call that was lost with the link is given again, and it ran once",
    async (_, method, value) => {
      const { own, commits, waits } = await connected();
      const answer = call(own, method, [7]);
      await settle();
      loseAnswers(own);
      commits.open(7n);
      waits.open(7);
      await settle();
      expect(own.serving.snapshot().connections[0]?.requests).toEqual([]);
      await own.cut();
      await own.recover();
      expect(await answer).toBe(value);
      expect(commits.runs + waits.runs).toBe(1);
    },
  );

  it("a call that was lost with the link runs", async () => {
    const { own, commits } = await connected();
    own.networks.at(-1)?.toServer.silence();
    const answer = call(own, commit, [7]);
    await settle();
    expect(commits.runs).toBe(0);
    await own.cut();
    await own.recover();
    await settle();
    commits.open(8n);
    expect(await answer).toBe(8n);
    expect(commits.runs).toBe(1);
  });

  it("calls that waited for their turn are sent again and run once each, in their order", async () => {
    const gate = new Gate<bigint>();
    const seen: number[] = [];
    const handled = commit.handled(([value], { signal }) => {
      seen.push(value);
      return gate.wait(signal);
    });
    pair = await resumable($.dispatcher("Golden", [handled]), { server: { maxConcurrentRequests: 2 } });
    const own = pair;
    const answers = [1, 2, 3, 4].map((value) => call(own, commit, [value]));
    await settle();
    await own.cut();
    await own.recover();
    for (let round = 0; round < 4; round++) {
      gate.open(BigInt(round));
      await settle();
    }
    expect(await Promise.all(answers)).toEqual([0n, 0n, 1n, 1n]);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("a call that a store has still to admit when the link is lost runs once, as it was announced then", async () => {
    const kept = memoryOperationStore();
    const held: (() => void)[] = [];
    const operationStore: OperationStore = {
      admit: (key, record) => new Promise((resolve) => held.push(() => resolve(kept.admit(key, record)))),
      lookup: (key) => kept.lookup(key),
      seal: (key, record, reply) => kept.seal(key, record, reply),
      release: (key) => kept.release(key),
      remove: (key) => kept.remove(key),
    };
    const { own, commits } = await connected({ server: { operationStore } });
    const answer = call(own, commit, [7]);
    await settle();
    expect(held).toHaveLength(1);
    await own.cut();
    for (const go of held.splice(0)) go();
    await settle();
    expect(commits.runs).toBe(1);
    await own.recover();
    commits.open(9n);
    expect(await answer).toBe(9n);
    expect(commits.runs).toBe(1);
    expect(held).toEqual([]);
  });
});

describe("with an acceptor that has restarted", () => {
  async function restartable() {
    const store = new RecordedSessions();
    const operationStore = memoryOperationStore();
    const gates = await connected({ registry: { store }, server: { operationStore } });
    // As it is when a process is killed: nothing is said and nothing is tidied up.
    const restart = async (): Promise<void> => {
      const { own } = gates;
      const before = own.serving;
      own.registry?.close();
      own.registry = own.newRegistry({ store });
      loseAnswers(own);
      await own.cut();
      before.abort();
      await own.recover();
    };
    return { ...gates, store, restart };
  }

  it("what was answered is answered again", async () => {
    const { own, commits, restart } = await restartable();
    const answer = call(own, commit, [7]);
    await settle();
    loseAnswers(own);
    commits.open(7n);
    await settle();
    await restart();
    expect(await answer).toBe(7n);
    expect(commits.runs).toBe(1);
    expect(own.client.state).toEqual({ kind: "open", reconnects: 1, isResumed: true });
    expect(own.accepted[1]).not.toBe(own.accepted[0]);
    expect(own.accepted[1]?.core.sessionId).toBe(own.accepted[0]?.core.sessionId);
  });

  it("what ran then is Indeterminate, and the client goes on", async () => {
    const { own, commits, restart } = await restartable();
    const answer = call(own, commit, [7]);
    await settle();
    await restart();
    expect(await answer).toBe("Indeterminate");
    const next = call(own, commit, [8]);
    await settle();
    commits.open(8n);
    expect(await next).toBe(8n);
  });

  it("keys of sessions that have gone over are forgotten", async () => {
    const { own, store, restart } = await restartable();
    for (let round = 0; round < 3; round++) {
      await restart();
      await own.cut();
      await own.recover();
    }
    expect(own.client.state).toMatchObject({ kind: "open", reconnects: 6, isResumed: true });
    expect(store.records.size).toBe(1);
  });

  it("without a store nothing that may have run is run again", async () => {
    const { own, commits } = await connected();
    const answer = call(own, commit, [7]);
    await settle();
    own.registry = own.newRegistry();
    await own.cut();
    await own.recover();
    expect(await answer).toBe("Indeterminate");
    expect(commits.runs).toBe(1);
  });
});
