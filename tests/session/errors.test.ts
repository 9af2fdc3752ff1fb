/** Every code of `docs/errors.md`, provoked: its class, its code, whether it is retryable, its text. */
import { readFileSync } from "node:fs";
import {
  CallError,
  type CallRejection,
  ChannelError,
  CodecError,
  channel,
  DeclaredError,
  fail,
  RejectedError,
  router,
  SessionError,
  toVoxError,
  VoxError,
} from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { openSession } from "@voxrpc/runtime/link";
import { connectSession } from "@voxrpc/runtime/node";
import { connectPair, FakeClock, memoryLinkPair, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden, type GoldenClient, Missing } from "../support/gen/session.vox.js";
import { add, divide, serveGolden } from "../support/golden-service.js";
import { freePort } from "../support/opened.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";

interface Provoked {
  readonly code: string;
  readonly type: abstract new (...args: never[]) => VoxError;
  readonly retryable: boolean;
  readonly message: string | RegExp;
  /** @returns the error */
  provoke(): Promise<unknown>;
}

const golden = serveGolden({
  add: (a, b) => a + b,
  divide: () => fail({ kind: "DivideByZero" }),
  wait: () => new Promise<number>(() => {}),
  count: async (from, n, out) => {
    for (let i = 0; i < n; i++) await out.send(from + i);
    await new Promise(() => {});
  },
  sum: async (items) => {
    items.cancel();
    return 0n;
  },
});

/** Runs with two sessions; what it rejects with, or gives, is the error. */
async function withPair(
  run: (caller: GoldenClient, pair: SessionPair) => Promise<unknown>,
): Promise<unknown> {
  const pair = await connectPair(golden, { clock: new FakeClock() });
  const caller = pair.client.client(Golden);
  try {
    return await run(caller, pair).catch((error: unknown) => error);
  } finally {
    pair.client.abort();
    pair.server.abort();
    await Promise.all([pair.client.closed, pair.server.closed]);
  }
}

/** What `hello` rejects with when the peer answers with this payload. */
async function answeredWith(payload: string): Promise<unknown> {
  const [ours, theirs] = memoryLinkPair();
  const peer = new RawPeer(theirs);
  peer.send(...handshakeFrames("acceptor"));
  const session = await openSession(ours, { clock: new FakeClock() });
  const call = session
    .client(Golden)
    .hello()
    .catch((error: unknown) => error);
  await settle();
  const bytes = (payload.length / 2).toString(16).padStart(2, "0");
  peer.send(`0005010100${bytes}000000${payload}00`);
  const error = await call;
  session.abort();
  await session.closed;
  return error;
}

/** An Add whose arguments are cut off. */
const cutAdd = Object.create(add.method, {
  args: { value: { ...add.method.args, write: (_w: unknown, p: number) => p } },
}) as typeof add.method;

const callErrors: Readonly<Record<CallRejection["code"], Omit<Provoked, "code">>> = {
  User: {
    type: DeclaredError,
    retryable: false,
    message: "Golden.divide: DivideByZero",
    provoke: () => withPair((caller) => caller.divide(1n, 0n)),
  },
  UnknownMethod: {
    type: CallError,
    retryable: false,
    message:
      "Missing.nothing: unknown vox method call: the peer does not serve it; nothing has run; compare the schemas of both sides, and the address",
    provoke: () => withPair((_, pair) => pair.client.client(Missing).nothing(1)),
  },
  InvalidPayload: {
    type: CallError,
    retryable: false,
    message: /^Golden\.add: invalid vox payload: unexpected EOF at byte 0/,
    provoke: () => withPair((caller) => caller.$caller.call(cutAdd, [1, 2])),
  },
  Cancelled: {
    type: CallError,
    retryable: false,
    message:
      "Golden.wait: vox request cancelled: the caller has given up; the handler may have run, in whole or in part",
    provoke: () =>
      withPair((caller) => {
        const controller = new AbortController();
        const call = caller.wait(1, { signal: controller.signal });
        controller.abort();
        return call;
      }),
  },
  ConnectionClosed: {
    type: CallError,
    retryable: true,
    message:
      "Golden.wait: vox connection closed: it ended before the answer came; the handler may have run, in whole or in part",
    provoke: () =>
      withPair(async (caller, { server }) => {
        const call = caller.wait(1);
        server.abort();
        return call;
      }),
  },
  SessionShutdown: {
    type: CallError,
    retryable: true,
    message:
      "Golden.wait: vox session shutdown: this side has closed it; the handler may have run, in whole or in part",
    provoke: () =>
      withPair(async (caller, { client }) => {
        const call = caller.wait(1);
        client.abort();
        return call;
      }),
  },
  SendFailed: {
    type: CallError,
    retryable: true,
    message:
      "Golden.hello: vox send failed: the peer could not send its answer; the handler may have run, in whole or in part",
    provoke: () => answeredWith("0106"),
  },
  Indeterminate: {
    type: CallError,
    retryable: false,
    message:
      "Golden.hello: indeterminate vox error: the handler failed, or the peer has lost the answer; the handler may have run, in whole or in part; look at what it changes before you call it again, or declare it @idempotent",
    provoke: () => answeredWith("0107"),
  },
};

const refusing = (reason: string): Uint8Array[] => handshakeFrames("acceptor", { admit: () => reason });

/** What `initiate` rejects with at a peer that says this and closes. */
function answeredBy(...frames: readonly Uint8Array[]): Promise<unknown> {
  const [ours, theirs] = memoryLinkPair();
  const peer = new RawPeer(theirs);
  peer.send(...frames);
  peer.close();
  return openSession(ours).catch((fault: unknown) => fault);
}

const sessionErrors: Readonly<Record<Exclude<SessionError["code"], "NotResumable">, Omit<Provoked, "code">>> =
  {
    Io: {
      type: SessionError,
      retryable: true,
      message: /^io error: /,
      provoke: async () =>
        connectSession(`tcp://127.0.0.1:${await freePort()}`).catch((error: unknown) => error),
    },
    Protocol: {
      type: SessionError,
      retryable: false,
      message: "protocol error: decode error: unexpected EOF at byte 1",
      async provoke() {
        const [ours, theirs] = memoryLinkPair();
        const peer = new RawPeer(theirs);
        peer.send(...handshakeFrames("acceptor"), "00");
        const session = await openSession(ours);
        return (await session.closed).error;
      },
    },
    Rejected: {
      type: RejectedError,
      retryable: false,
      message: /^connection rejected/,
      async provoke() {
        const pair = await connectPair(router({ Golden: golden }));
        const other = $.service("Other", (caller) => caller, {});
        const error = await pair.client.open(other).catch((fault: unknown) => fault);
        pair.client.abort();
        await pair.server.closed;
        return error;
      },
    },
    ServerFull: {
      type: SessionError,
      retryable: true,
      message: "server full: the server is full: it has 3 connections",
      provoke: () => answeredBy(...refusing("the server is full: it has 3 connections")),
    },
    WentAway: {
      type: SessionError,
      retryable: true,
      message: "went away: link closed during transport prologue",
      provoke: () => answeredBy(),
    },
    ConnectTimeout: {
      type: SessionError,
      retryable: true,
      message: /^connect timeout: the peer has sent nothing/,
      async provoke() {
        const clock = new FakeClock();
        const [ours, theirs] = memoryLinkPair();
        const peer = new RawPeer(theirs);
        const attempt = openSession(ours, { clock }).catch((fault: unknown) => fault);
        await settle();
        clock.advance(10_000);
        peer.close();
        return attempt;
      },
    },
    IdleTimeout: {
      type: SessionError,
      retryable: true,
      message: "idle timeout: no traffic and no calls for 50 ms (limit idleTimeoutMs)",
      async provoke() {
        const clock = new FakeClock();
        const pair = await connectPair(golden, { clock, client: { limits: { idleTimeoutMs: 50 } } });
        clock.advance(50);
        await pair.server.closed;
        return (await pair.client.closed).error;
      },
    },
  };

const channelErrors: Readonly<Record<ChannelError["code"], Omit<Provoked, "code">>> = {
  ChannelClosed: {
    type: ChannelError,
    retryable: false,
    message: "channel closed",
    provoke: () =>
      withPair(async (caller) => {
        const { tx, rx } = channel<number>();
        void caller.$try.sum(rx);
        await tx.close();
        return tx.send(1);
      }),
  },
  ChannelReset: {
    type: ChannelError,
    retryable: false,
    message: "channel reset by peer",
    provoke: () =>
      withPair(async (caller) => {
        const { tx, rx } = channel<number>();
        await caller.sum(rx);
        await tx.closed;
        return tx.send(1);
      }),
  },
  ChannelUnbound: {
    type: ChannelError,
    retryable: false,
    message: /^channel is not bound/,
    provoke: () =>
      withPair((caller) => {
        const { rx } = channel<number>();
        void caller.$try.sum(rx);
        return rx.next();
      }),
  },
  ConnectionClosed: {
    type: ChannelError,
    retryable: true,
    message: "connection closed while receiving channel: Local",
    provoke: () =>
      withPair(async (caller, { client }) => {
        const { tx, rx } = channel<number>();
        void caller.$try.count(0, 0, tx);
        await settle();
        const next = rx.next();
        client.abort();
        return next;
      }),
  },
  ItemUnreadable: {
    type: ChannelError,
    retryable: false,
    message: /^an item cannot be read: .*unexpected EOF/,
    provoke: () =>
      withPair(async (caller, { server }) => {
        const { tx, rx } = channel<number>();
        void caller.$try.count(0, 0, tx);
        await settle();
        const { outbox } = server.core;
        const frame = [0, 7, 1, 0, 1, 0, 0, 0, 0xff];
        const p = outbox.begin();
        outbox.writer.buffer.set(frame, p);
        outbox.commit(p + frame.length);
        return rx.next();
      }),
  },
};

const codecErrors: Readonly<Record<CodecError["code"], Omit<Provoked, "code">>> = {
  EncodeFailed: {
    type: CodecError,
    retryable: false,
    message: /^Golden\.add/,
    provoke: () => withPair((caller) => caller.add(-1, 2)),
  },
  DecodeFailed: {
    type: CodecError,
    retryable: false,
    message: /unexpected EOF at byte 0/,
    provoke: async () => ((await answeredWith("")) as Error).cause,
  },
};

const table: readonly Provoked[] = Object.entries({
  codecErrors,
  sessionErrors,
  callErrors,
  channelErrors,
}).flatMap(([, family]) => Object.entries(family).map(([code, entry]) => ({ ...entry, code })));

describe("errors", () => {
  it.each(table)("$type.name $code", async ({ code, type, retryable, message, provoke }) => {
    const error = await provoke();
    expect(error).toBeInstanceOf(type);
    expect(error instanceof VoxError).toBe(true);
    const { code: actual, retryable: again, message: text, name } = error as VoxError;
    expect({ code: actual, again, name }).toEqual({ code, again: retryable, name: type.name });
    if (typeof message === "string") expect(text).toBe(message);
    else expect(text).toMatch(message);
  });

  it("Cancelled of what is no call is a plain VoxError", async () => {
    const [ours, theirs] = memoryLinkPair();
    const peer = new RawPeer(theirs);
    const error = await openSession(ours, { signal: AbortSignal.abort("enough") }).catch(
      (fault: unknown) => fault,
    );
    expect(error).toBeInstanceOf(VoxError);
    expect(error).toMatchObject({ code: "Cancelled", retryable: false, cause: "enough" });
    peer.close();
  });

  it("name the method, and do not print what generated code knows about it", () => {
    const name = { service: "Golden", name: "divide", id: divide.method.id };
    for (const error of [
      new CallError("Cancelled", "", divide.method),
      new DeclaredError(divide.method, { kind: "DivideByZero" }),
    ]) {
      expect(error.method).toEqual(name);
      expect(Object.keys(error.method ?? {})).toEqual(Object.keys(name));
    }
  });

  it("are in docs/errors.md with their codes, and whether they are retryable", () => {
    const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `(\w+)` \| (yes|no) \|/gm)].map(
      ([, code, again]) => `${code} ${again}`,
    );
    const codes = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    const retryables = { ...sessionErrors, ...callErrors };
    for (const [code, { retryable }] of Object.entries(retryables))
      expect(rows).toContain(`${code} ${retryable ? "yes" : "no"}`);
    for (const { code } of table) expect(codes).toContain(code);
  });
});

describe("toVoxError", () => {
  it.each([
    ["an error", new TypeError("no such thing"), "no such thing"],
    ["a text", "no such thing", /no such thing/],
    ["nothing", undefined, "undefined"],
  ])("makes one with code Unknown of %s", (_name, thrown, message) => {
    const error = toVoxError(thrown);
    expect(error).toBeInstanceOf(VoxError);
    expect(error).toMatchObject({ code: "Unknown", retryable: false });
    expect(error.cause).toBe(thrown);
    expect(error.message).toMatch(message);
  });

  it("leaves an error of the runtime as it is", () => {
    const error = new SessionError("Io", "io error");
    expect(toVoxError(error)).toBe(error);
  });
});
