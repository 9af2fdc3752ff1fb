/** What a peer can do with a session and its connections: ids, opens, closes, pings and texts without sense or end. */
import { Metadata, type Observer, router, type SessionError, virtualConnections } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { settle } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { announced, frame } from "../support/frames.js";
import { add, serveGolden, wait } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import {
  client,
  endVictims,
  expectAlive,
  expectEnded,
  held,
  say,
  server,
  type Victim,
  type VictimOptions,
} from "../support/victim.js";

endVictims();

const golden = serveGolden({ add: (a, b) => a + b, wait: () => new Promise<number>(() => {}) });
/** One that counts as not reading soon. */
const slow: VictimOptions = { limits: { maxBufferedBytes: 1000 } };
const u64Max = 2n ** 64n - 1n;

class Back extends $.ClientBase {}
const BackService = $.service("Back", (caller) => new Back(caller), {});

function* times(count: number, make: (index: number) => Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) yield make(index);
}

/** Each kind of message that belongs to a connection. */
const messagesOn: readonly (readonly [string, (connectionId: number | bigint) => Uint8Array])[] = [
  ["a Call", (connectionId) => frame.call(1, add.method, [1, 2], { connectionId })],
  ["a Response", (connectionId) => frame.response(1, [0, 3], connectionId)],
  ["a Cancel", (connectionId) => frame.cancel(1, connectionId)],
  ["schemas", (connectionId) => frame.schemas(add.method, undefined, connectionId)],
  ["an Item", (connectionId) => frame.item(1, [1], connectionId)],
  ["a Close of a channel", (connectionId) => frame.close(1, connectionId)],
  ["a Reset", (connectionId) => frame.reset(1, connectionId)],
  ["a GrantCredit", (connectionId) => frame.grant(1, 2 ** 32 - 1, connectionId)],
  ["an Accept", (connectionId) => frame.accept(connectionId)],
  ["a Reject", (connectionId) => frame.reject(connectionId)],
  ["a Close", (connectionId) => frame.closeConnection(connectionId)],
  ["a Pong", (connectionId) => frame.pong(9, connectionId)],
];

describe("messages for connections that do not exist", () => {
  it.each(messagesOn)("%s, a thousand times on each of many ids, changes nothing", async (_, make) => {
    const victim = await server(golden);
    const ids = [1, 2, 3, 1000, 2 ** 40 + 1, u64Max, u64Max - 1n];
    await say(
      victim,
      times(7000, (index) => make(ids[index % ids.length] as number)),
    );
    expect(victim.peer.take()).toEqual([]);
    expect(held(victim.session)).toEqual({ connections: 1, requests: 0, channels: 0, bufferedBytes: 0 });
    await expectAlive(victim);
  });

  it.each(messagesOn)("%s behind the Close of its connection changes nothing", async (name, make) => {
    const victim = await server(golden);
    await say(victim, [frame.open(1), frame.closeConnection(1)]);
    victim.peer.take();
    await say(victim, [make(1)]);
    expect(victim.peer.take(), name).toEqual([]);
    expect(held(victim.session).connections).toBe(1);
    await expectAlive(victim);
  });
});

describe("opens", () => {
  it.each([
    ["the id of the root", 0],
    ["an id of our own parity", 2],
    ["the largest id of our own parity", u64Max - 1n],
  ])("with %s are rejected", async (_, id) => {
    const victim = await server(golden);
    await say(victim, [frame.open(id)]);
    expect(victim.peer.take()).toEqual([toHex(frame.reject(id))]);
    await expectAlive(victim);
  });

  it("with an id that is in use are rejected, and the connection goes on", async () => {
    const victim = await server(golden);
    await say(victim, [frame.open(u64Max), frame.open(u64Max)]);
    expect(victim.peer.take().at(-1)).toBe(toHex(frame.reject(u64Max)));
    await say(victim, [
      frame.schemas(add.method, undefined, u64Max),
      frame.call(1, add.method, [20, 22], { connectionId: u64Max }),
    ]);
    expect(victim.peer.take().at(-1)).toBe(toHex(frame.response(1, [0, 42], u64Max)));
  });

  it("100,000 times fill what a session may have, and the others are rejected", async () => {
    const victim = await server(golden, { limits: { maxConnections: 100 } });
    await say(
      victim,
      times(100_000, (index) => frame.open(2 * index + 1)),
    );
    const answers = victim.peer.take();
    expect(answers).toHaveLength(100_000);
    expect(answers.filter((text) => text.includes(toHex(Buffer.from("too many connections"))))).toHaveLength(
      100_000 - 99,
    );
    expect(held(victim.session).connections).toBe(100);
    await expectAlive(victim);
  });

  it("whose answers the peer does not read cost the session", async () => {
    const victim = await server(golden, slow);
    victim.link.pause();
    await say(
      victim,
      times(20_000, (index) => frame.open(2 * index + 1)),
    );
    await expectEnded(victim, /does not read the answers/);
  });

  it("and closes in a storm of 50,000 leave nothing", async () => {
    const observed = { opened: 0, closed: 0 };
    const observer: Observer = {
      onConnectionOpened: () => {
        observed.opened += 1;
      },
      onConnectionClosed: () => {
        observed.closed += 1;
      },
    };
    const victim = await server(golden, { observer });
    await say(
      victim,
      times(100_000, (index) => (index % 2 === 0 ? frame.open(index + 1) : frame.closeConnection(index))),
    );
    expect(observed).toEqual({ opened: 50_001, closed: 50_000 });
    expect(held(victim.session)).toEqual({ connections: 1, requests: 0, channels: 0, bufferedBytes: 0 });
    await expectAlive(victim);
  });

  it("with calls that are still running are closed in a storm, and every handler is aborted", async () => {
    let aborted = 0;
    const waiting = serveGolden({
      wait: (_a, { signal }) => {
        // A handler that runs on would keep the place of its connection, see tests/session/running-handlers.test.ts.
        return new Promise<number>((resolve) => {
          signal.addEventListener("abort", () => {
            aborted += 1;
            resolve(0);
          });
        });
      },
    });
    const victim = await server(waiting);
    function* storm(): Generator<Uint8Array> {
      for (let id = 1; id < 4000; id += 2) {
        yield frame.open(id);
        yield frame.schemas(wait.method, undefined, id);
        yield frame.call(1, wait.method, [0], { connectionId: id });
        yield frame.closeConnection(id);
      }
    }
    await say(victim, storm());
    expect(aborted).toBe(2000);
    expect(held(victim.session)).toMatchObject({ connections: 1, requests: 0 });
    await expectAlive(victim);
  });

  it("with giant metadata cost the session beyond the limit, and nothing below", async () => {
    const victim = await server(golden, { limits: { maxConnections: 10 } });
    const large = new Metadata({ "vox-service": "Golden", blob: new Uint8Array(60_000) });
    await say(
      victim,
      times(1000, (index) => frame.open(2 * index + 1, large)),
      10,
    );
    expect(held(victim.session)).toMatchObject({ connections: 10, bufferedBytes: 0 });
    await expectAlive(victim);
    const tooLarge = frame.open(5001, large);
    // The length of the bytes is made larger than the limit, and so is the message.
    const at = tooLarge.length - 60_000 - 4;
    expect([...tooLarge.subarray(at, at + 3)]).toEqual([0xe0, 0xd4, 0x03]);
    const head = Uint8Array.from([...tooLarge.subarray(0, at), 0x80, 0x80, 0x40]);
    victim.peer.send(Buffer.concat([head, new Uint8Array(1 << 20), Uint8Array.of(0)]));
    await expectEnded(victim, /metadata of \d+ bytes \(limit maxMetadataBytes\)/);
  });

  it("that the acceptor fails on, each in its own way, are rejected, and the session goes on", async () => {
    const failing = router({
      Golden: golden,
      Boom: () => {
        throw new Error("boom");
      },
      None: () => undefined,
    });
    const victim = await server(failing);
    const named = (service: string | number): Metadata => new Metadata({ "vox-service": service });
    await say(victim, [
      frame.open(1, named("Unknown")),
      frame.open(3, new Metadata()),
      frame.open(5, named(7)),
      frame.open(7, named("Golden"), { initialChannelCredit: 0 }),
      frame.open(9, named("Boom")),
      frame.open(11, named("None")),
    ]);
    const rejects = [1, 3, 5, 7, 9, 11].map((id) => toHex(frame.reject(id)).slice(0, 4));
    expect(victim.peer.take().map((text) => text.slice(0, 4))).toEqual(rejects);
    expect(held(victim.session).connections).toBe(1);
    await expectAlive(victim);
  });
});

describe("answers to opens", () => {
  it("that come twice, late or without a subject count once", async () => {
    const victim = await client();
    const opened = victim.session.open(BackService);
    await settle();
    await say(victim, [
      ...times(100, (index) => frame.accept(2 * index + 2)),
      frame.accept(1),
      frame.accept(1),
      frame.reject(1),
    ]);
    await opened;
    expect(held(victim.session).connections).toBe(2);
    await expectAlive(victim);
  });

  it("that break the rules fail the open, and the session goes on", async () => {
    const victim = await client();
    const failures: string[] = [];
    const open = (): void => {
      victim.session
        .open(BackService)
        .catch(({ code, message }: SessionError) => failures.push(`${code}: ${message}`));
    };
    open();
    open();
    open();
    await settle();
    await say(victim, [
      frame.accept(1, { initialChannelCredit: 0 }),
      frame.accept(3, { isEven: false }),
      frame.closeConnection(5),
    ]);
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatch(/^Protocol.*credit/);
    expect(failures[1]).toMatch(/^Protocol.*parity/);
    expect(failures[2]).toMatch(/^Protocol.*session closed/);
    expect(held(victim.session).connections).toBe(1);
    await expectAlive(victim);
  });

  it("that never come let opens fail in their time, and no id is kept", async () => {
    const victim = await client({ limits: { maxPendingOpens: 50 }, virtualConnections });
    const codes: string[] = [];
    for (let turn = 0; turn < 60; turn++)
      victim.session.open(BackService).catch(({ code }: SessionError) => codes.push(code));
    await settle();
    expect(codes).toEqual(Array.from({ length: 10 }, () => "Protocol"));
    await victim.clock.elapse(10_000);
    expect(codes.slice(10)).toEqual(Array.from({ length: 50 }, () => "ConnectTimeout"));
    expect(held(victim.session).connections).toBe(1);
    await expectAlive(victim);
  });
});

describe("pings and texts", () => {
  it("100,000 pings are answered, and cost the session of who reads no answers", async () => {
    const victim = await server(golden, slow);
    await say(
      victim,
      times(100_000, (index) => frame.ping(index)),
    );
    expect(victim.peer.take()).toHaveLength(100_000);
    victim.link.pause();
    await say(
      victim,
      times(100_000, (index) => frame.ping(index)),
    );
    await expectEnded(victim, /does not read the answers/);
  });

  it("a pong that answers no ping is a sign of life as any byte, and the silence after it ends the session", async () => {
    const victim = await server(golden, { keepalive: { intervalMs: 1000, timeoutMs: 500 } });
    await victim.clock.elapse(1000);
    await say(
      victim,
      times(1000, (index) => frame.pong(index + 1000)),
    );
    await victim.clock.elapse(500);
    expect(victim.session.state.kind).toBe("open");
    const { error } = await victim.clock.until(victim.session.closed);
    expect(error?.message).toMatch(/keepalive/);
  });

  it("a ProtocolError of 8 MiB ends the session with the beginning of it", async () => {
    const victim = await server(golden);
    victim.peer.send(frame.protocolError("no ".repeat(1 << 21)));
    const { reason, error } = await victim.clock.until(victim.session.closed);
    expect(reason).toBe("Protocol");
    expect(error?.message.length).toBeLessThan(700);
    expect(error?.message).toMatch(/^protocol error: reported by the peer: no no no/);
  });
});

describe("any sequence of messages", () => {
  const id = fc.constantFrom<number | bigint>(0, 1, 2, 3, u64Max);
  const message = fc.oneof(
    fc
      .tuple(fc.nat(messagesOn.length - 1), id)
      .map(([which, on]) => messagesOn[which]?.[1](on) as Uint8Array),
    id.map((on) => frame.open(on)),
    fc.tuple(id, id).map(([call, on]) => frame.call(call, wait.method, [1], { connectionId: on })),
    fc.tuple(id, id).map(([call, on]) => frame.cancel(call, on)),
    fc.nat(9).map((nonce) => frame.ping(nonce)),
  );

  it.each<[string, () => Promise<Victim>]>([
    ["server", () => server(golden)],
    ["client", () => client()],
  ])("keeps a %s within its bounds, or ends it with a typed reason", async (_, make) => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 60 }), async (frames) => {
        const victim = await make();
        await say(victim, [...announced(add.method, wait.method), ...frames]);
        const { connections, requests, channels } = held(victim.session);
        if (victim.session.isOpen) {
          expect(connections).toBeLessThanOrEqual(4);
          expect(requests).toBeLessThanOrEqual(60);
          expect(channels).toBe(0);
        } else {
          const { reason, error } = await victim.clock.until(victim.session.closed);
          expect(["Protocol", "Remote", "Local"]).toContain(reason);
          if (reason === "Protocol") expect(error?.code).toBe("Protocol");
        }
      }),
      { numRuns: 200 },
    );
  });
});
