/** The supervisor: starts the server, and another one when it was killed. `PORT` is its port, 5180 by default. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "vox-board-"));
let port = process.env["PORT"] ?? "5180";
let server: ChildProcess | undefined;
let isStopping = false;

function startServer(isFirst: boolean): void {
  server = fork(new URL("./server.js", import.meta.url), [port, join(folder, "board.jsonl")]);
  server.once("message", (own: number) => {
    port = String(own);
    console.log(
      isFirst ? `live-board: http://127.0.0.1:${port}/` : `another server runs, process ${server?.pid}`,
    );
  });
  server.once("exit", (code, signal) => {
    if (isStopping) return;
    if (signal === null) {
      // It did not start, so another one would not start either.
      process.exitCode = code ?? 1;
      return;
    }
    console.log(`the server was ended by ${signal}`);
    startServer(false);
  });
}

process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    isStopping = true;
    server?.kill();
    server?.once("exit", () => process.exit());
  });
startServer(true);
