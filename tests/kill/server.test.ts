/**
 * A server with a SQLite store is killed at random moments while clients make persisted calls and reconnect. Of each
 * call: if its caller has an answer, it is done once; if its caller has `Indeterminate`, at most once; no
 * caller gets anything else. Needs a build.
 *
 * `npm run kill -- --rounds 100 [--seed N]` is the long form.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, it } from "vitest";
import { loadSqlite } from "../../packages/runtime/src/sqlite/sqlite-built.fixture.js";
import { Random } from "../support/random.js";
import { Callers } from "./callers.js";

const { KILL_ROUNDS, KILL_SEED } = process.env;
const rounds = Number(KILL_ROUNDS ?? 8);
const seed = Number(KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const clients = 3;
const sqlite = await loadSqlite();

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const program = here("dist/server.js");

/** The server as a program of its own, on the built packages. */
async function buildServer(): Promise<void> {
  const bundle = await rolldown({
    input: here("server.ts"),
    platform: "node",
    external: [/^@voxrpc\//],
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
    logLevel: "warn",
  });
  await bundle.write({ file: program, format: "esm" });
  await bundle.close();
}

async function startServer(
  address: string,
  folder: string,
  ownSeed: number,
): Promise<[ChildProcess, string]> {
  const server = fork(program, [address, folder, String(ownSeed)]);
  const failed = once(server, "exit").then(([code]) =>
    Promise.reject(new Error(`the server ended: ${code}`)),
  );
  const [url] = (await Promise.race([once(server, "message"), failed])) as [string];
  failed.catch(() => {});
  return [server, url];
}

async function kill(server: ChildProcess): Promise<void> {
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
}

describe.skipIf(sqlite === undefined)("a server that is killed again and again", () => {
  beforeAll(buildServer);

  it(
    "does each call once, or its caller gets Indeterminate",
    async () => {
      console.log(`kill: ${rounds} rounds, seed ${seed} (KILL_ROUNDS, KILL_SEED)`);
      const random = new Random(seed);
      const folder = mkdtempSync(join(tmpdir(), "vox-kill-"));
      const callers = new Callers();
      let [server, url] = await startServer("tcp://127.0.0.1:0", folder, seed);
      try {
        await callers.start(url, clients);
        for (let round = 1; round <= rounds; round++) {
          // Nearly always in the midst of something; sometimes as soon as the first has come back.
          await callers.progress(random.integer(1, 40));
          // Some have just lost their connection then, and are about to come back, or have done so.
          if (random.chance(0.5)) callers.cut(random.integer(0, clients - 1));
          await sleep(random.integer(0, 12));
          callers.kills = round;
          await kill(server);
          [server] = await startServer(url, folder, seed + round);
        }
        await callers.progress(clients * 10);
        await callers.stop();
        server.send("stop");
        expect(await once(server, "exit")).toEqual([0, null]);
        judge(callers, readFileSync(join(folder, "ledger.txt"), "utf8"));
      } finally {
        server.kill("SIGKILL");
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000 + rounds * 10_000,
  );
});

function judge({ told }: Callers, ledger: string): void {
  const done = new Map<number, number>();
  for (const line of ledger.trimEnd().split("\n")) done.set(Number(line), (done.get(Number(line)) ?? 0) + 1);
  const wrong: string[] = [];
  const counts = { Ok: 0, Indeterminate: 0 };
  let carried = 0;
  for (const [id, { code, madeAfter, settledAfter }] of told) {
    const times = done.get(id) ?? 0;
    if (code !== "Ok" && code !== "Indeterminate") wrong.push(`${id} was answered with ${code}`);
    else counts[code] += 1;
    if (code === "Ok" && times !== 1) wrong.push(`${id} was answered and done ${times} times`);
    if (times > 1) wrong.push(`${id} was done ${times} times`);
    if (code === "Ok" && settledAfter > madeAfter) carried += 1;
  }
  for (const id of done.keys()) if (!told.has(id)) wrong.push(`${id} was done and not requested`);
  console.log(
    `kill: ${told.size} calls, ${counts.Ok} done once (${carried} of them over a restart), ` +
      `${counts.Indeterminate} indeterminate, ${wrong.length} wrong`,
  );
  expect(wrong).toEqual([]);
  expect(counts.Ok).toBeGreaterThan(rounds);
}
