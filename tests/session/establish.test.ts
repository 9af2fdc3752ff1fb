/** From a link to a session: what a peer may do instead of a handshake, and what is left behind. */
import { Metadata, type Observer, router, type SessionError, VoxError } from "@voxrpc/runtime";
import {
  type AcceptSessionOptions,
  acceptSession,
  type OpenSessionOptions,
  openSession,
  type Session,
} from "@voxrpc/runtime/link";
import { connectPair, FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";
import { expectNothingUnheard } from "../support/unheard.js";

const golden = serveGolden({ hello: () => "hi", add: (a, b) => a + b });

expectNothingUnheard();

interface Attempt {
  readonly peer: RawPeer;
  readonly clock: FakeClock;
  readonly refusals: string[];
  /** The error that the attempt rejects with; it fails when the attempt does not. */
  readonly error: Promise<{ code: string; message: string; cause?: unknown }>;
  readonly session: Promise<Session>;
}

function attempt(
  side: "initiate" | "accept",
  options: OpenSessionOptions & Pick<AcceptSessionOptions, "metadata"> = {},
): Attempt {
  const [ours, theirs] = memoryLinkPair();
  const clock = new FakeClock();
  const refusals: string[] = [];
  const observer: Observer = { onHandshakeFailed: ({ error }) => refusals.push(error.message) };
  const all = { clock, observer, ...options };
  const session = side === "initiate" ? openSession(ours, all) : acceptSession(ours, golden, all);
  const error = session.then(
    () => {
      throw new Error("a session was established");
    },
    (reason: SessionError) => {
      expect(reason instanceof VoxError).toBe(true);
      return reason;
    },
  );
  error.catch(() => {});
  return { peer: new RawPeer(theirs), clock, refusals, error, session };
}

const text = (content: string): string => toHex(new TextEncoder().encode(content));

describe("establishing", () => {
  it("connects two sides, which learn each other's metadata and settings", async () => {
    await using pair = await connectPair(golden, {
      client: { metadata: new Metadata({ who: "client", build: 7n }), service: "Golden" },
      server: { metadata: new Metadata({ who: "server" }) },
    });
    expect(pair.server.peerMetadata.toJSON()).toEqual([
      { key: "who", value: "client" },
      { key: "build", value: "7" },
      { key: "vox-service", value: "Golden" },
    ]);
    expect(pair.client.peerMetadata.getString("who")).toBe("server");
    expect(pair.client.peerMetadata.getString("vox-service")).toBe("Noop");
    expect(pair.client.isOpen).toBe(true);
    expect(pair.client.remoteAddress).toBe("memory");
  });

  it.each([["initiate"], ["accept"]] as const)(
    "connect_timeout_fires_when_server_never_responds, %s: gives a silent peer its time, then gives up",
    async (side) => {
      const { peer, clock, error, refusals } = attempt(side, { timeoutMs: 300 });
      await settle();
      clock.advance(299);
      expect(clock.armed).toBe(1);
      clock.advance(1);
      const { code, message } = await error;
      expect(code).toBe("ConnectTimeout");
      expect(message).toBe("connect timeout: the peer has sent nothing (does it speak Vox?) within 300 ms");
      expect(clock.armed).toBe(0);
      await settle();
      expect(peer.end).toMatch(/^io error: /);
      expect(refusals).toEqual(side === "accept" ? [message] : []);
    },
  );

  it("counts the whole handshake, 10 s by default", async () => {
    const { peer, clock, error } = attempt("accept");
    const [prologue = ""] = handshakeFrames("initiator");
    clock.advance(9000);
    peer.send(prologue);
    await settle();
    expect(peer.take()).toEqual(["564f544109000000"]);
    clock.advance(1000);
    expect((await error).message).toBe("connect timeout: the handshake had not finished within 10000 ms");
  });

  it.each([
    ["initiate", 0, "went away: link closed during transport prologue"],
    ["initiate", 1, "went away: peer closed during handshake"],
    ["accept", 0, "went away: link closed during transport prologue"],
    ["accept", 1, "went away: peer closed during handshake"],
    ["accept", 2, "went away: peer closed during handshake"],
  ] as const)("%s: a peer that closes after %d frames", async (side, frames, message) => {
    const { peer, clock, error } = attempt(side);
    const said = handshakeFrames(side === "initiate" ? "acceptor" : "initiator");
    peer.send(...said.slice(0, frames));
    peer.close();
    expect((await error).message).toBe(message);
    await settle();
    expect(clock.armed).toBe(0);
  });

  it.each([
    [
      "initiate",
      text("HTTP/1.1 400 Bad Request"),
      /expected TransportAccept .*first bytes look like an HTTP answer$/,
    ],
    ["initiate", "564f545209010000", /^protocol error: transport rejected: unsupported conduit mode$/],
    ["initiate", text("SSH-2.0-OpenSSH_9.6\r\n"), /look like an SSH server$/],
    ["accept", text("GET / HTTP/1.1\r\n\r\n"), /look like an HTTP request$/],
    ["accept", "564f544808000000", /^protocol error: unsupported transport version 8$/],
    ["accept", "", /^protocol error: transport prologue message size mismatch$/],
  ] as const)("%s: a stranger that sends %s", async (side, frame, message) => {
    const { peer, clock, error, refusals } = attempt(side);
    peer.send(frame);
    const { code, message: actual } = await error;
    expect(code).toBe("Protocol");
    expect(actual).toMatch(message);
    await settle();
    expect(peer.end).toBe("clean");
    expect(clock.armed).toBe(0);
    expect(refusals).toEqual(side === "accept" ? [actual] : []);
  });

  it("cuts a link that does not close by itself after a failed handshake", async () => {
    const [ours, theirs] = memoryLinkPair();
    theirs.pause();
    const clock = new FakeClock();
    const failing = openSession(ours, { clock });
    const peer = new RawPeer(theirs);
    peer.send("00");
    await expect(failing).rejects.toMatchObject({ code: "Protocol" });
    await settle();
    // Our prologue still waits for a reader.
    expect(peer.end).toBeUndefined();
    expect(clock.armed).toBe(1);
    clock.advance(2000);
    await settle();
    expect(peer.end).toMatch(/^io error: /);
    expect(clock.armed).toBe(0);
  });

  it("gives up when its signal is aborted, before or in the middle", async () => {
    const reason = new Error("the user went home");
    const early = attempt("initiate", { signal: AbortSignal.abort(reason) });
    expect(await early.error).toMatchObject({ code: "Cancelled", cause: reason });
    await settle();
    expect(early.peer.received).toEqual([]);
    expect(early.peer.end).toBeDefined();

    const controller = new AbortController();
    const late = attempt("accept", { signal: controller.signal });
    late.peer.send(...handshakeFrames("initiator").slice(0, 2));
    await settle();
    controller.abort(reason);
    expect(await late.error).toMatchObject({ code: "Cancelled", cause: reason });
    expect(late.clock.armed).toBe(0);
    await settle();
    expect(late.peer.end).toBeDefined();
  });

  it("is no longer touched by its signal once it is there", async () => {
    const controller = new AbortController();
    await using pair = await connectPair(golden, { client: { signal: controller.signal } });
    controller.abort();
    await settle();
    expect(pair.client.isOpen).toBe(true);
  });

  it("keeps the frames that arrive right behind the handshake", async () => {
    const { peer, session } = attempt("accept");
    peer.send(...handshakeFrames("initiator"), "000805", "000806");
    const established = await session;
    await settle();
    expect(peer.take().slice(-2)).toEqual(["000905", "000906"]);
    // Prologue, HelloYourself and both Pongs answer one arrival: one write.
    expect(peer.arrivals).toBe(1);
    expect(established.isOpen).toBe(true);
    established.abort();
  });

  it("refuses a service without a handler, and says so to the peer", async () => {
    const refused: string[] = [];
    const [client, server] = memoryLinkPair();
    const observer: Observer = {
      onHandshakeFailed: ({ link, error }) => refused.push(`${link}: ${error.message}`),
    };
    const accepting = acceptSession(server, router([golden]), { observer });
    const initiating = openSession(client, { service: "Catalog" });
    await expect(initiating).rejects.toMatchObject({
      code: "Rejected",
      message: "connection rejected: unknown service Catalog; there are Golden",
    });
    await expect(accepting).rejects.toMatchObject({ code: "Rejected", retryable: false });
    expect(refused).toEqual(["memory: connection rejected: unknown service Catalog; there are Golden"]);
  });

  it("asks the router once with what is known of the peer", async () => {
    const asked: unknown[] = [];
    const routes = router({
      Golden: ({ service, metadata, link }) => {
        asked.push([service, metadata.getString("tenant"), link]);
        return golden;
      },
    });
    await using pair = await connectPair(routes, {
      client: { service: "Golden", metadata: new Metadata({ tenant: "blue" }) },
      link: { description: "memory:test" },
    });
    expect(asked).toEqual([["Golden", "blue", "memory:test"]]);
    expect(await pair.client.client(Golden).hello()).toBe("hi");
  });

  it("takes a connection acceptor that throws for a refusal", async () => {
    const failure = new Error("database gone");
    const failing = {
      route: () => {
        throw failure;
      },
    };
    const [client, server] = memoryLinkPair();
    const accepting = acceptSession(server, failing);
    const initiating = openSession(client);
    await expect(initiating).rejects.toThrow("went away: the acceptor failed");
    await expect(accepting).rejects.toMatchObject({ code: "Rejected", cause: failure });
  });

  it.each([
    [{ maxConcurrentRequests: 1.5 }, RangeError],
    [{ initialChannelCredit: 2 ** 32 }, RangeError],
    [{ metadata: new Metadata({ token: Uint8Array.of(1) }) }, TypeError],
  ] as const)("refuses options that cannot be sent and lets the link go: %o", async (options, kind) => {
    const [ours, theirs] = memoryLinkPair();
    const peer = new RawPeer(theirs);
    await expect(openSession(ours, options)).rejects.toThrow(kind);
    await settle();
    expect(peer.end).toBeDefined();
    expect(peer.received).toEqual([]);
  });

  it("initiator_rejects_local_zero_initial_credit_before_handshake: after the prologue, as the reference does", async () => {
    const { peer, error } = attempt("initiate", { initialChannelCredit: 0 });
    peer.send("564f544109000000");
    expect((await error).message).toContain("initial_channel_credit");
    await settle();
    expect(peer.received).toEqual(["564f544809000000"]);
  });

  it("fails when its own limit has no room for the handshake", async () => {
    const { peer, error } = attempt("initiate", { limits: { maxFrameBytes: 100 } });
    peer.send("564f544109000000");
    expect((await error).message).toMatch(
      /^protocol error: handshake encode error: .*limit maxFrameBytes\)$/,
    );
  });
});
