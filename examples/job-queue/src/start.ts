/** A server that is killed three times, a client that goes on, and what they have left in the ledger. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ledger } from "./ledger.js";

const here = (file: string): URL => new URL(file, import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "vox-jobs-"));
const titles = ["bill 1", "bill 2", "bill 3", "bill 4", "bill 5"];

async function startServer(address: string, accident?: string): Promise<[server: ChildProcess, url: string]> {
  const server = fork(here("./server.js"), [address, folder, ...(accident === undefined ? [] : [accident])]);
  const [url] = (await once(server, "message")) as [string];
  return [server, url];
}

try {
  const accidents = ["recorded:bill 2", "begun:bill 3", "printed:bill 4"];
  let [server, url] = await startServer("tcp://127.0.0.1:0", accidents[0]);
  console.log(`start: the server runs on ${url}`);
  const client = fork(here("./client.js"), [url, ...titles]);
  const clientEnded = once(client, "exit") as Promise<[number | null]>;
  for (const [index, accident] of accidents.entries()) {
    const [, signal] = (await once(server, "exit")) as [number | null, NodeJS.Signals | null];
    console.log(`start: the server was ended by ${signal} (${accident}); the next one takes its place`);
    [server] = await startServer(url, accidents[index + 1]);
  }
  const [code] = await clientEnded;
  server.send("stop");
  await once(server, "exit");
  const printed = new Ledger(join(folder, "ledger.txt")).titles;
  for (const title of titles) {
    const count = printed.filter((each) => each === title).length;
    console.log(`ledger: ${title}, ${count === 1 ? "once" : `${count} times`}`);
  }
  process.exitCode = code ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
