/** A process that is killed in the middle of what it writes to its SQLite store. Needs a build. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadSqlite } from "../../packages/runtime/src/sqlite/sqlite-built.fixture.js";

const sqlite = await loadSqlite();
const child = fileURLToPath(new URL("store-child.mjs", import.meta.url));
const seed = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 1_000_000));

/** Runs the child until it has sealed so many operations, and kills it. @returns the last that it has told */
async function runAndKill(file: string, first: number, operations: number): Promise<number> {
  const running: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    [child, file, String(first)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let out = "";
  running.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (out.split("\n").length > operations) running.kill("SIGKILL");
  });
  const [code, signal] = (await once(running, "close")) as [number | null, string | null];
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  // A line that was cut off has no end.
  const told = out.split("\n").slice(0, -1);
  return Number(told.at(-1));
}

describe.skipIf(sqlite === undefined)("kill -9 of a process with a SQLite store", () => {
  it("loses nothing that was sealed, and the next process goes on with the file", async () => {
    if (sqlite === undefined) return;
    console.log(`kill: seed ${seed} (KILL_SEED)`);
    const folder = mkdtempSync(join(tmpdir(), "vox-kill-"));
    try {
      const file = join(folder, "store.db");
      let last = 0;
      for (let round = 0; round < 5; round++) {
        const told = await runAndKill(file, last + 1, 1 + ((seed + round * 7919) % 200));
        expect(told).toBeGreaterThan(last);
        const store = sqlite.sqliteStore(file);
        const entryOf = (operationId: number) =>
          store.lookup({ sessionId: "s", connectionId: 0, operationId });
        for (let id = last + 1; id <= told; id++) {
          const payload = Uint8Array.from({ length: id % 2000 }, (_, index) => index + id);
          const { reply, fingerprint } = entryOf(id) ?? {};
          expect(fingerprint).toBe(String(id));
          expect(reply !== undefined && Buffer.compare(reply.payload, payload) === 0).toBe(true);
        }
        // What it was about: admitted or sealed, told or not, and nothing behind that.
        let next = told + 1;
        while (entryOf(next) !== undefined) next += 1;
        last = next - 1;
        store.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
