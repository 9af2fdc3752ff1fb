/**
 * The process outlives its surroundings: no files left, a full disk, peers that vanish, stop or are busy, a network
 * that loses packets. Needs a build. `npm run faults` is the long form.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toVoxError } from "@voxrpc/runtime";
import { connect } from "@voxrpc/runtime/node";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { loadSqlite } from "../../packages/runtime/src/sqlite/sqlite-built.fixture.js";
import { Shop } from "../application/gen/shop.vox.js";
import { buildProgram, obstacle, Program } from "./process.js";
import { startRoughProxy } from "./rough-proxy.js";

const isLong = process.env["FAULTS_LONG"] !== undefined;
const busyMs = isLong ? 10_000 : 1000;
const rounds = isLong ? 200 : 20;
const patience = { timeout: 20_000, interval: 20 };

const sqlite = await loadSqlite();
const noLimits = obstacle("a bound of open files", "ulimit -n 120");
const noMounts = obstacle("a small disk", "unshare -rm mount -t tmpfs -o size=1m tmpfs /tmp");
const netem = "ip link set lo up && tc qdisc add dev lo root netem delay 10ms 5ms loss 2%";
const noNetwork = obstacle("a network that loses packets", `unshare -rn sh -c '${netem}'`);
for (const why of [noLimits, noMounts, noNetwork]) if (why !== undefined) console.warn(why);

const programs: Program[] = [];
const sockets: Socket[] = [];

async function started(args: readonly string[], shell?: string): Promise<[Program, string]> {
  const server = new Program(args, shell);
  programs.push(server);
  const { url } = await server.next();
  return [server, String(url)];
}

function rawSocket(url: string): Socket {
  const { hostname, port } = new URL(url.replace("tcp:", "http:"));
  const socket = connectSocket(Number(port), hostname);
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

beforeAll(buildProgram);
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const each of programs.splice(0)) await each.kill();
});

describe("a server", () => {
  it.skipIf(noLimits !== undefined)(
    "that may open no more files serves those it has, and others later",
    async () => {
      const [server, url] = await started(["serve"], 'ulimit -n 120; exec "$@"');
      await using bystander = await connect(url, Shop);
      expect(await bystander.add(1, 2)).toBe(3);
      const flood = Array.from({ length: 300 }, () => rawSocket(url));
      await Promise.all(
        flood.map(
          (socket) => new Promise((resolve) => socket.once("connect", resolve).once("close", resolve)),
        ),
      );
      for (let n = 0; n < rounds; n++) expect(await bystander.add(n, 2)).toBe(n + 2);
      for (const socket of flood) socket.destroy();
      await using late = await connect(url, Shop, { connectRetryMs: 20_000 });
      expect(await late.add(3, 4)).toBe(7);
      expect(server.isAlive).toBe(true);
    },
  );

  it.skipIf(noMounts !== undefined || sqlite === undefined)(
    "on a full disk refuses what it cannot record, and goes on when there is room",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "vox-full-"));
      // The disk is full from the first answer on: what is left is taken by a file that the server's own shell has
      // written.
      const fill = `dd if=/dev/zero of=${folder}/fill bs=1k count=600 2>/dev/null`;
      const inside = `mount -t tmpfs -o size=1m tmpfs ${folder} && ${fill}; exec "$@"`;
      const command = `exec unshare -rm sh -c '${inside}' sh "$@"`;
      try {
        const [server, url] = await started(["serve", folder], command);
        await using shop = await connect(url, Shop, { reconnect: true });
        const outcomes = new Set<string>();
        await vi.waitFor(async () => {
          for (let n = 0; n < 50; n++) {
            const result = await shop.$try.find(2000n);
            outcomes.add(result.ok ? "ok" : result.error.code);
          }
          expect(outcomes).toContain("Cancelled");
        }, patience);
        expect([...outcomes].sort()).toEqual(["Cancelled", "ok"]);
        // Others are served: what needs no record, and new sessions.
        await using late = await connect(url, Shop);
        expect((await late.$try.add(1, 2)).ok).toBeTypeOf("boolean");
        const { events } = (await server.ask("?")) as { events: Record<string, number> };
        expect(events["operations"]).toBeGreaterThan(0);
        expect(await server.ask("close")).toEqual({ closed: true });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  it("whose peers vanish while it writes to them serves the others", async () => {
    const [server, url] = await started(["serve"]);
    await using bystander = await connect(url, Shop);
    for (let n = 0; n < rounds; n++) {
      const shop = await connect(url, Shop);
      const calls = [1, 2, 3].map(() => shop.$try.find(500_000n));
      if (n % 2 === 0) await calls[0];
      shop.$session.abort();
      await Promise.all(calls);
      expect(await bystander.add(n, 2)).toBe(n + 2);
    }
    await vi.waitFor(async () => {
      const { sessions, waiting } = (await server.ask("?")) as { sessions: number; waiting: number };
      expect(sessions - waiting).toBe(1);
    }, patience);
  });

  it("gives up the link of a peer that is stopped, and takes it back when it goes on", async () => {
    const [server, url] = await started(["serve"]);
    await using bystander = await connect(url, Shop);
    const client = new Program(["client", url]);
    programs.push(client);
    expect(await client.next()).toEqual({ ready: true });
    client.child.kill("SIGSTOP");
    await vi.waitFor(async () => {
      expect(await bystander.add(1, 2)).toBe(3);
      expect(await server.ask("?")).toMatchObject({ sessions: 2, waiting: 1 });
    }, patience);
    client.child.kill("SIGCONT");
    await vi.waitFor(
      async () => expect(await client.ask("call")).toMatchObject({ sum: 7, reconnects: 1 }),
      patience,
    );
    expect(await server.ask("?")).toMatchObject({ sessions: 2, waiting: 0 });
  });
});

describe("a client", () => {
  it("whose loop is blocked goes on with its session", async () => {
    const [server, url] = await started(["serve"]);
    const client = new Program(["client", url, String(busyMs)]);
    programs.push(client);
    await client.next();
    expect(await client.ask("busy")).toMatchObject({ sum: 7 });
    expect(await server.ask("?")).toMatchObject({ sessions: 1, waiting: 0 });
  });
});

/**
 * The server has no session yet when the link is cut before it has read the last message of the handshake. A call that
 * was sent after that message is `Indeterminate`, as the client cannot see whether the server has run it.
 */
async function untilAnswered(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const result = await call().catch(toVoxError);
    if (!(result instanceof Error)) return;
    expect(result).toMatchObject({ code: "Indeterminate" });
  }
}

describe("a network", () => {
  it.each(isLong ? [1, 2, 3, 4, 5, 6] : [1])(
    "that delays, trickles, stalls and cuts changes no answer: seed %i",
    async (seed) => {
      const [server, url] = await started(["serve"]);
      await using proxy = await startRoughProxy(url, seed);
      const sums = await Promise.all(
        Array.from({ length: 4 }, async () => {
          await using shop = await connect(proxy.url, Shop, {
            reconnect: { minDelayMs: 10, maxDelayMs: 100 },
            connectRetryMs: 20_000,
          });
          await untilAnswered(() => shop.add(0, 0));
          let sum = 0;
          for (let n = 0; n < rounds; n++) sum += await shop.add(n, 1);
          return sum;
        }),
      );
      expect(sums).toEqual(Array(4).fill((rounds * (rounds + 1)) / 2));
      expect(proxy.cuts).toBeGreaterThan(0);
      expect(server.isAlive).toBe(true);
    },
  );

  it.skipIf(noNetwork !== undefined)("that delays and loses packets changes no answer", async () => {
    const all = new Program(["both"], `exec unshare -rn sh -c '${netem} && exec "$@"' sh "$@"`);
    programs.push(all);
    expect(await all.next()).toEqual({ sums: Array(8).fill(216) });
  });
});
