/** Sessions at the mercy of a peer made by hand, and what they hold while it does its worst. */
import { type Observer, type Servable, type SessionSnapshot, virtualConnections } from "@voxrpc/runtime";
import { acceptSession, type OpenSessionOptions, openSession, type Session } from "@voxrpc/runtime/link";
import { FakeClock, type MemoryLink, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { expect } from "vitest";
import type {} from "../../packages/runtime/src/driver/driver.js";
import type { AcceptSessionOptions } from "../../packages/runtime/src/establish/accept.js";
import { microtasks } from "../../packages/runtime/src/testing/settle.js";
import { frame } from "./frames.js";
import { Golden, type GoldenClient } from "./gen/session.vox.js";
import { toHex } from "./golden-values.js";
import { handshakeFrames, RawPeer } from "./raw-peer.js";
import { expectNothingUnheard } from "./unheard.js";

/** A session of ours and the peer that it has. */
export interface Victim {
  readonly session: Session;
  readonly peer: RawPeer;
  /** The peer's end: paused, it is one that does not read. */
  readonly link: MemoryLink;
  readonly clock: FakeClock;
  /** Protocol errors that observers got, by the side that reported them. */
  readonly seen: string[];
}

/** What a test gives its side of the session. */
export type VictimOptions = Omit<AcceptSessionOptions, "clock">;

const opened: Victim[] = [];

/** Hooks of a test file: every session is ended, no timer is left, and nothing has gone wrong unheard. */
export function endVictims(): void {
  expectNothingUnheard(async () => {
    for (const { session, link, clock } of opened.splice(0)) {
      link.resume();
      session.abort();
      await session.closed;
      await settle();
      expect(clock.armed).toBe(0);
      expect(held(session)).toEqual({ connections: 0, requests: 0, channels: 0, bufferedBytes: 0 });
    }
  });
}

/** A server whose client is made by hand; its handshake has finished. */
export async function server(servable: Servable, options: VictimOptions = {}): Promise<Victim> {
  return victim("initiator", options, (link, all) => acceptSession(link, servable, all));
}

/** A client whose server is made by hand; its handshake has finished. */
export async function client(
  options: VictimOptions & Pick<OpenSessionOptions, "virtualConnections"> = { virtualConnections },
): Promise<Victim> {
  return victim("acceptor", options, (link, all) => openSession(link, all));
}

/** Calls the peer on a client's root connection. */
export function callerOf({ session }: Victim): GoldenClient {
  return session.client(Golden);
}

async function victim(
  role: "initiator" | "acceptor",
  options: VictimOptions,
  establish: (link: MemoryLink, options: AcceptSessionOptions) => Promise<Session>,
): Promise<Victim> {
  const [ours, theirs] = memoryLinkPair();
  const clock = new FakeClock();
  const seen: string[] = [];
  const observer: Observer = {
    ...options.observer,
    onProtocolError: ({ origin, text }) => {
      seen.push(`${origin}: ${text}`);
    },
  };
  const establishing = establish(ours, { ...options, clock, observer });
  const peer = new RawPeer(theirs);
  peer.send(...handshakeFrames(role));
  const session = await establishing;
  await settle();
  peer.take();
  const made: Victim = { session, peer, link: theirs, clock, seen };
  opened.push(made);
  return made;
}

/** What a session holds: its tables, and the bytes that no side has fetched. */
export function held(session: Session): {
  readonly connections: number;
  readonly requests: number;
  readonly channels: number;
  readonly bufferedBytes: number;
} {
  const { connections, outbound, state }: SessionSnapshot = session.snapshot();
  const sum = (of: "requests" | "channels"): number =>
    connections.reduce((total, connection) => total + connection[of].length, 0);
  return {
    connections: connections.length,
    requests: sum("requests"),
    channels: sum("channels"),
    bufferedBytes: state === "closed" ? 0 : outbound.bufferedBytes,
  };
}

/** Lets the peer say something, in pieces: everything of one piece has happened before the next comes. */
export async function say(victim: Victim, frames: Iterable<Uint8Array>, atOnce = 500): Promise<void> {
  let batch: Uint8Array[] = [];
  for (const each of frames) {
    batch.push(each);
    if (batch.length < atOnce) continue;
    victim.peer.send(...batch);
    batch = [];
    await microtasks();
  }
  if (batch.length > 0) victim.peer.send(...batch);
  await microtasks();
}

/** The session goes on: its peer gets answers. */
export async function expectAlive({ session, peer }: Victim): Promise<void> {
  peer.take();
  peer.send(frame.ping(77));
  await settle();
  expect(peer.take()).toContain(toHex(frame.pong(77)));
  expect(session.isOpen).toBe(true);
}

/** The session has ended, for this reason, and the peer has got the reason. */
export async function expectEnded(victim: Victim, text: string | RegExp): Promise<void> {
  const { session, seen, clock } = victim;
  const { reason, error } = await clock.until(session.closed);
  expect({ reason, code: error?.code }).toEqual({ reason: "Protocol", code: "Protocol" });
  expect(error?.message).toMatch(text);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatch(text);
}
