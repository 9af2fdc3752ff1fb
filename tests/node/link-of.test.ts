/** Streams of Node as transports: pairs of duplex streams, pipes through transforms, child processes. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex, PassThrough, Readable, Transform, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { acceptSession, openSession, type Session } from "@voxrpc/runtime/link";
import { linkOf, type StreamPair } from "@voxrpc/runtime/node";
import { type LinkPair, linkContract } from "@voxrpc/runtime/testing";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Streams, type StreamsClient, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { closeAfterEach, opens } from "../support/opened.js";
import { streamsHandler } from "../support/stream-handlers.js";

closeAfterEach();

/** Two ends of a connection in memory; what one writes, the other reads. */
function passThroughs(): [near: StreamPair, far: StreamPair] {
  const [up, down] = [new PassThrough(), new PassThrough()];
  return [
    { readable: down, writable: up },
    { readable: up, writable: down },
  ];
}

/** Cuts what passes into small pieces, as a multiplexer does. */
function cutting(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += 7001) this.push(chunk.subarray(at, at + 7001));
      done();
    },
  });
}

const pairs: Readonly<Record<string, () => Promise<LinkPair>>> = {
  "two pairs of streams": async () => {
    const [near, far] = passThroughs();
    return { near: linkOf(near, { role: "initiator" }), far: linkOf(far, { role: "acceptor" }) };
  },
  "duplex streams that cut what passes": async () => {
    const [up, down] = [cutting(), cutting()];
    return {
      near: linkOf(Duplex.from({ readable: down, writable: up }), { role: "initiator" }),
      far: linkOf(Duplex.from({ readable: up, writable: down }), { role: "acceptor" }),
    };
  },
};

for (const [name, makePair] of Object.entries(pairs)) {
  describe(`linkOf over ${name} keeps the contract`, () => {
    for (const { name: rule, run } of linkContract(makePair)) it(rule, run);
  });
}

async function sum(client: StreamsClient, count: number): Promise<bigint> {
  const { channel } = await import("@voxrpc/runtime");
  const { tx, rx } = channel<number>();
  const [total] = await Promise.all([
    client.sum(rx),
    tx.sendAll(Array.from({ length: count }, (_, index) => index)),
  ]);
  return total;
}

describe("a session over a stream", () => {
  it("answers calls and streams, and tells the acceptor what carries it", async () => {
    const [near, far] = passThroughs();
    const serving = acceptSession(
      linkOf(far, { role: "acceptor", description: "worker 7" }),
      streamsDispatcher(streamsHandler().handler),
    );
    const session = opens(await openSession(linkOf(near, { role: "initiator" }), { service: Streams.name }));
    expect(await sum(session.client(Streams), 1000)).toBe(499_500n);
    const server: Session = await serving;
    expect(server.remoteAddress).toBe("worker 7");
  });

  it("ends with a typed error when the stream is destroyed", async () => {
    const [near, far] = passThroughs();
    const serving = acceptSession(
      linkOf(far, { role: "acceptor" }),
      streamsDispatcher(streamsHandler().handler),
    );
    const session = opens(await openSession(linkOf(near, { role: "initiator" }), { service: Streams.name }));
    await serving;
    near.readable.destroy(new Error("the multiplexer failed"));
    const { error } = await session.closed;
    expect(error).toMatchObject({ code: "Io", message: "io error: stream:: the multiplexer failed" });
  });
});

describe("linkOf refuses", () => {
  const duplex = (): Duplex => new PassThrough();
  const ended = duplex();
  ended.destroy();
  const wrong: Readonly<Record<string, readonly [stream: unknown, text: string]>> = {
    "no stream": [{}, "stream must be a readable stream of Node"],
    "a stream that only gives": [Readable.from([]), "stream must give bytes"],
    "a stream that only takes": [new Writable({ write() {} }), "stream must be a readable stream of Node"],
    "object mode": [new PassThrough({ objectMode: true }), "stream must give bytes"],
    "an encoding": [duplex().setEncoding("utf8"), "stream must give bytes"],
    "a pair in object mode": [
      { readable: duplex(), writable: new PassThrough({ writableObjectMode: true }) },
      "writable must take bytes",
    ],
    "a stream that is destroyed": [ended, "stream is destroyed"],
  };
  it.each(Object.entries(wrong))("%s", (_, [stream, text]) => {
    expect(() => linkOf(stream as Duplex, { role: "initiator" })).toThrow(TypeError);
    expect(() => linkOf(stream as Duplex, { role: "initiator" })).toThrow(text);
  });
});

describe("a child process", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  let folder = "";
  let program = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "vox-child-"));
    program = join(folder, "child.mjs");
    await build({
      entryPoints: [`${root}tests/node/child.ts`],
      absWorkingDir: root,
      outfile: program,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      tsconfig: `${root}tsconfig.test.json`,
      logLevel: "silent",
      external: ["ws"],
    });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("serves over its standard streams, and ends when its client closes", async () => {
    const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
    const exited = new Promise((resolve) => child.on("exit", resolve));
    const link = linkOf({ readable: child.stdout, writable: child.stdin }, { role: "initiator" });
    const session = await openSession(link, { service: Streams.name });
    expect(await sum(session.client(Streams), 5000)).toBe(12_497_500n);
    await session.close();
    expect(await exited).toBe(0);
  });

  it("that is killed ends the session of its client", async () => {
    const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
    const link = linkOf({ readable: child.stdout, writable: child.stdin }, { role: "initiator" });
    const session = opens(await openSession(link, { service: Streams.name }));
    expect(await session.client(Streams).running()).toBe(0);
    child.kill("SIGKILL");
    await session.closed;
    expect(session.isOpen).toBe(false);
  });
});
