/** A session over a link in memory, either role, with a peer that says anything. Time does not pass by itself. */
import { VoxError, virtualConnections } from "@voxrpc/runtime";
import {
  acceptSession,
  type Link,
  type LinkSink,
  openSession,
  type Session,
  SessionRegistry,
} from "@voxrpc/runtime/link";
import { memoryOperationStore } from "@voxrpc/runtime/store";
import { FakeClock, memoryLinkPair } from "@voxrpc/runtime/testing";
import { microtasks } from "../../../packages/runtime/src/testing/settle.js";
import { Golden } from "../../support/gen/session.vox.js";
import { mutateParts } from "../../support/mutate.js";
import { type Part, unpackParts } from "../../support/parts.js";
import { callEverything, recordedPeers, recordedService, roles, sending, silent } from "../peers.js";
import type { Target } from "../target.js";

/** Longer than every timeout of a session that its peer has left. */
const longTimeMs = 10 * 60_000;

/** Handlers keep nothing, so that all sessions can have them. */
const service = recordedService();

/** The end of the peer: it sends what the test says, and hears nothing. */
class Peer implements LinkSink {
  hasEnded = false;
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
    link.start(this);
  }

  onFrame(): void {}
  onIdle(): void {}
  onDrain(): void {}
  onClosed(): void {
    this.hasEnded = true;
  }

  async say(parts: readonly Part[]): Promise<void> {
    for (const { tag, bytes } of parts) {
      if (this.hasEnded) return;
      this.#link.send(bytes, 0, [bytes.length], 1);
      if ((tag & sending.atOnce) === 0) await microtasks();
    }
  }

  leave(): void {
    this.#link.close();
  }
}

async function check(input: Uint8Array): Promise<void> {
  const [head, ...parts] = unpackParts(input);
  const bits = head?.tag ?? 0;
  const clock = new FakeClock();
  const [ours, theirs] = memoryLinkPair();
  const registry =
    (bits & roles.resumable) === 0 ? undefined : new SessionRegistry({ clock, observer: silent });
  const common = { clock, observer: silent };
  let session: Session | undefined;
  let settled = 0;
  const working = (async () => {
    const isClient = (bits & roles.client) !== 0;
    session = isClient
      ? await openSession(ours, {
          ...common,
          service: "Golden",
          serve: service,
          virtualConnections,
        })
      : await acceptSession(ours, service, {
          ...common,
          operationStore: memoryOperationStore(),
          registry,
        });
    if (isClient && (bits & roles.quiet) === 0) await callEverything(session.client(Golden));
    await session.closed;
  })().then(
    () => {
      settled = 1;
    },
    (error: unknown) => {
      settled = 1;
      if (!(error instanceof VoxError)) throw error;
    },
  );
  const peer = new Peer(theirs);
  await peer.say(parts);
  peer.leave();
  await microtasks();
  if (settled === 0) await clock.elapse(longTimeMs);
  await microtasks();
  if (settled === 0)
    throw new Error(`the peer has left, and the ${session === undefined ? "handshake" : "session"} goes on`);
  await working;
  if (clock.armed > 0) throw new Error("a timer is left");
  if (session !== undefined && session.snapshot().connections.length > 0)
    throw new Error("connections are left");
}

/** The first part's tag is the role of our side. */
export const session = (): Target => ({
  corpus: recordedPeers(),
  mutate: mutateParts,
  check,
  checkAll: async (inputs) => {
    await Promise.all(inputs.map(check));
  },
  isQuick: true,
});
