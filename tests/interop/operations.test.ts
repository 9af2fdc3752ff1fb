/** Calls under operation ids between this runtime and the Rust peer. */
import { Metadata, router } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import {
  memoryOperationStore,
  type OperationKey,
  type OperationRecord,
  type OperationStore,
  type SealedReply,
} from "@voxrpc/runtime/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  Everything,
  type EverythingClient,
  everythingCommit,
  everythingDispatcher,
  everythingLookup,
} from "./gen/everything.vox.js";
import { probeDispatcher } from "./gen/probe.vox.js";
import { recordingHandlers } from "./handlers.js";
import {
  buildPeer,
  buildTimeoutMs,
  isCargoFound,
  type PeerServer,
  runPeerChecks,
  skipNote,
  startPeer,
} from "./peer.js";

const isReady = isCargoFound();
let peer: PeerServer;
let client: EverythingClient;

beforeAll(async () => {
  if (!isReady) return;
  await buildPeer();
  peer = await startPeer();
  client = await connect(peer.url, Everything);
}, buildTimeoutMs);

afterAll(async () => {
  await client?.$close();
  await peer?.[Symbol.asyncDispose]();
});

beforeEach(({ skip }) => skip(!isReady, skipNote));

let lastId = 2n ** 40n;
/** An id that no other call has. */
function newOperation(): { metadata: Metadata } {
  lastId += 1n;
  return { metadata: new Metadata({ "vox-operation-id": lastId }) };
}

describe("our call under an id that the Rust server has", () => {
  it("gets the sealed answer of a persist method: what it requests now is not looked at", async () => {
    const operation = newOperation();
    expect(await client.commit(7n, 100, operation)).toBe(107);
    expect(await client.commit(7n, 100, operation)).toBe(107);
    // Anything else would be 208: nothing has run.
    expect(await client.commit(8n, 200, operation)).toBe(107);
    // Not even the method: its answer is no text, and that is all that happens.
    expect(await client.$try.say("x", operation)).toMatchObject({ error: { code: "InvalidPayload" } });
    expect(await client.commit(8n, 200, newOperation())).toBe(208);
  });

  it("runs again when the method is idempotent", async () => {
    const operation = newOperation();
    expect(await client.lookup(9n, operation)).toEqual({ x: 9, y: -9 });
    expect(await client.lookup(4n, operation)).toEqual({ x: 4, y: -4 });
  });
});

/** What came to be kept, and how. */
class WatchedStore implements OperationStore {
  readonly sealed: bigint[] = [];
  readonly admitted: bigint[] = [];
  private readonly kept = memoryOperationStore();

  admit(key: OperationKey, record: OperationRecord) {
    this.admitted.push(record.methodId);
    return this.kept.admit(key, record);
  }

  lookup(key: OperationKey) {
    return this.kept.lookup(key);
  }

  seal(key: OperationKey, record: OperationRecord, reply: SealedReply) {
    this.sealed.push(record.methodId);
    this.kept.seal(key, record, reply);
  }

  release(key: OperationKey) {
    this.kept.release(key);
  }

  remove(key: OperationKey) {
    this.kept.remove(key);
  }
}

describe("a Rust client's calls to a server with a store", () => {
  it("are kept under their ids, answered once they are sealed, and not at all when idempotent", async () => {
    const store = new WatchedStore();
    const { everything, probe } = recordingHandlers();
    const services = router([everythingDispatcher(everything), probeDispatcher(probe)]);
    await using server = await serve("tcp://127.0.0.1:0", services, { operationStore: store });
    const { lines, code, errors } = await runPeerChecks(server.url);
    expect(lines.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([]);
    expect(code, errors).toBe(0);
    expect(store.admitted).toContain(everythingCommit.id);
    expect(store.sealed).toContain(everythingCommit.id);
    expect(store.admitted).not.toContain(everythingLookup.id);
  });
});
