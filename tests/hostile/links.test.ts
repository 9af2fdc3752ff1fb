/** What a peer can do with the bytes themselves: too slow, cut anywhere, changed anywhere, or none any more. */

import { acceptSession, openSession, type Session } from "@voxrpc/runtime/link";
import { FakeClock, type SimulatedPair, simulatedPair } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Driver } from "../../packages/runtime/src/driver/driver.js";
import type { AcceptSessionOptions } from "../../packages/runtime/src/establish/accept.js";
import { streamFraming } from "../../packages/runtime/src/link/framing.js";
import { announced, frame } from "../support/frames.js";
import { add, serveGolden, wait } from "../support/golden-service.js";
import { handshakeFrames } from "../support/raw-peer.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const golden = serveGolden({ add: (a, b) => a + b, wait: () => new Promise<number>(() => {}) });

interface Server {
  readonly clock: FakeClock;
  readonly network: SimulatedPair;
  /** How the attempt to make a session went: undefined while it goes on. */
  outcome: { readonly session: Session } | { readonly error: { readonly code?: string } } | undefined;
}

/** A server whose peer has a link and nothing else. */
function listening(options: AcceptSessionOptions = {}): Server {
  const clock = new FakeClock();
  const network = simulatedPair({ clock });
  const made: Server = { clock, network, outcome: undefined };
  acceptSession(network.server, golden, { clock, ...options }).then(
    (session) => {
      made.outcome = { session };
    },
    (error: { readonly code?: string }) => {
      made.outcome = { error };
    },
  );
  return made;
}

function framed(...bodies: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(bodies.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const body of bodies) {
    streamFraming.writeHeader(bytes, at, body.length);
    bytes.set(body, at + 4);
    at += 4 + body.length;
  }
  return bytes;
}

const hello = framed(...handshakeFrames("initiator"));
/** Two calls: one is answered, the other never is. */
const talk = framed(
  ...announced(add.method, wait.method),
  frame.call(1, add.method, [20, 22]),
  frame.call(3, wait.method, [1]),
  frame.ping(7),
);

/** A session that has shaken hands. */
async function established(
  options: AcceptSessionOptions = {},
): Promise<Server & { readonly session: Session }> {
  const server = listening(options);
  server.network.toServer.write(hello);
  await server.clock.elapse(0);
  if (server.outcome === undefined || !("session" in server.outcome)) throw new Error("there is no session");
  return Object.assign(server, { session: server.outcome.session });
}

/** Whatever has happened: it is over, with a typed reason, and nothing is left. */
async function expectOver(server: Server): Promise<string> {
  const { clock, outcome } = server;
  if (outcome === undefined) throw new Error("it goes on");
  let code: string | undefined;
  if ("error" in outcome) {
    code = outcome.error.code;
  } else {
    const { reason, error } = await clock.until(outcome.session.closed);
    code = error?.code ?? reason;
    expect(outcome.session.core.connectionCount).toBe(0);
    const load = (outcome.session.driver as Driver).load;
    expect(Object.values(load).every((size) => size === 0)).toBe(true);
  }
  await clock.elapse(3000);
  expect(clock.armed).toBe(0);
  return String(code);
}

describe("one byte a second", () => {
  it("in the handshake is too slow: ConnectTimeout, when its time is over", async () => {
    const server = listening();
    server.network.toServer.configure({ bytesPerMs: 0.001, chunkBytes: 1 });
    server.network.toServer.write(hello);
    await server.clock.elapse(9999);
    expect(server.outcome).toBeUndefined();
    await server.clock.elapse(1);
    expect(await expectOver(server)).toBe("ConnectTimeout");
  });

  it("in a session is read as it comes, and answered", async () => {
    const { clock, network, session } = await established();
    const before = session.snapshot().traffic.framesOut;
    network.toServer.configure({ bytesPerMs: 0.001, chunkBytes: 1 });
    network.toServer.write(talk);
    await clock.elapse(1000 * talk.length - 1500);
    expect(session.snapshot().connections[0]?.requests).toHaveLength(1);
    // Schemas and an answer have left; the last byte of the Ping has not come.
    expect(session.snapshot().traffic.framesOut).toBe(before + 2);
    await clock.elapse(3000);
    expect(session.snapshot().traffic.framesOut).toBe(before + 3);
    session.abort();
  });

  it("of a frame that never ends is no traffic, nor a sign of life", async () => {
    const header = new Uint8Array(4);
    streamFraming.writeHeader(header, 0, 16 << 20);
    const trickle = async ({ network, clock }: Server, seconds: number): Promise<void> => {
      network.toServer.write(header);
      for (let second = 0; second < seconds; second++) {
        network.toServer.write(Uint8Array.of(0));
        await clock.elapse(1000);
      }
    };
    const idle = await established({ limits: { idleTimeoutMs: 30_000 } });
    await trickle(idle, 31);
    expect(await expectOver(idle)).toBe("IdleTimeout");
    const asked = await established({ keepalive: { intervalMs: 5000, timeoutMs: 2000 } });
    await trickle(asked, 8);
    expect(await expectOver(asked)).toBe("Protocol");
  });
});

describe("half-open links", () => {
  it("are given up when the handshake does not get on", async () => {
    for (const length of [0, 3, 12, hello.length - 1]) {
      const server = listening();
      server.network.toServer.write(hello.subarray(0, length));
      await server.clock.elapse(10_000);
      expect(await expectOver(server)).toBe("ConnectTimeout");
    }
  });

  it("of a session are noticed by keepalive, with what was in flight", async () => {
    const server = await established({ keepalive: { intervalMs: 1000, timeoutMs: 500 } });
    server.network.toServer.write(talk);
    await server.clock.elapse(0);
    expect(server.session.snapshot().connections[0]?.requests).toHaveLength(1);
    server.network.toServer.silence();
    server.network.toClient.silence();
    await server.clock.elapse(1500);
    expect(await expectOver(server)).toBe("Protocol");
  });

  it("whose peer has said its last word are closed, with what was in flight", async () => {
    const server = await established();
    server.network.toServer.write(talk);
    server.network.toServer.end("end", "");
    await server.clock.elapse(0);
    expect(await expectOver(server)).toBe("Remote");
  });
});

describe("a conversation", () => {
  const whole = new Uint8Array(hello.length + talk.length);
  whole.set(hello);
  whole.set(talk, hello.length);

  it.each(["end", "error"] as const)(
    "that is cut at any byte (%s) is over with a typed reason",
    async (end) => {
      const codes = new Set<string>();
      for (let at = 0; at <= whole.length; at += at > hello.length - 40 ? 1 : 97) {
        const server = listening();
        server.network.toServer.write(whole.subarray(0, at));
        await server.clock.elapse(0);
        server.network.cut(end);
        await server.clock.elapse(0);
        codes.add(await expectOver(server));
      }
      expect([...codes].sort()).toEqual(end === "end" ? ["Io", "Remote", "WentAway"] : ["Io"]);
    },
  );

  it("that arrives in any chunks is the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 30 }),
        async (sizes) => {
          const server = listening();
          let next = 0;
          server.network.toServer.configure({ chunkBytes: () => sizes[next++ % sizes.length] as number });
          server.network.toServer.write(whole);
          await server.clock.elapse(0);
          if (server.outcome === undefined || !("session" in server.outcome))
            throw new Error("there is no session");
          const { session } = server.outcome;
          expect(session.snapshot().connections[0]?.requests).toHaveLength(1);
          session.abort();
          expect(await expectOver(server)).toBe("Local");
        },
      ),
      { numRuns: 100 },
    );
  });

  it("in which bytes are changed goes on or is over with a typed reason, on either side", async () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    const known = ["Protocol", "Io", "ConnectTimeout", "Rejected", "Local", "Remote"];
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (changes, isLate) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[isLate ? hello.length + (at % talk.length) : at] = value;
          const server = listening();
          server.network.toServer.write(bytes);
          await server.clock.elapse(10_000);
          if (server.outcome !== undefined && "session" in server.outcome) server.outcome.session.abort();
          const code = await expectOver(server);
          seen.add(code);
          expect(known).toContain(code);
        },
      ),
      { numRuns: 400 },
    );
    expect(seen.size).toBeGreaterThan(1);
  });

  it("of a hostile acceptor fails a client with a typed reason, cut or changed anywhere", async () => {
    const answers = framed(...handshakeFrames("acceptor"));
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(answers.length),
        fc.array(fc.tuple(fc.nat(answers.length - 1), fc.nat(255)), { maxLength: 3 }),
        async (length, changes) => {
          const bytes = answers.slice();
          for (const [at, value] of changes) bytes[at] = value;
          const clock = new FakeClock();
          const network = simulatedPair({ clock });
          const connecting = openSession(network.client, { clock }).then(
            (session) => {
              session.abort();
              return session.closed.then(({ reason }) => reason);
            },
            (error: { readonly code?: string }) => String(error.code),
          );
          network.toClient.write(bytes.subarray(0, length));
          codes.add(await clock.until(connecting));
          await clock.elapse(3000);
          expect(clock.armed).toBe(0);
        },
      ),
      {
        numRuns: 300,
        examples: [
          [answers.length, []],
          [0, []],
        ],
      },
    );
    expect(
      [...codes].every((code) => ["Local", "Protocol", "Io", "ConnectTimeout", "Rejected"].includes(code)),
    ).toBe(true);
    expect([...codes]).toEqual(expect.arrayContaining(["Local", "Protocol", "ConnectTimeout"]));
  });
});
