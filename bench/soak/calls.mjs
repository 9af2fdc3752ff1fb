/**
 * Many calls on one connection between two processes. A finished call must leave nothing behind. Prints the heap of
 * both after a forced collection at a tenth of the calls and at the end. Fails when it has grown by more than 2 MB.
 *
 *   node --expose-gc bench/soak/calls.mjs --calls 1000000
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { connect } from "@voxrpc/runtime/node";
import { Echo } from "../gen/schema.vox.js";
import { heapAfterCollection } from "./heap.mjs";

const allowedGrowth = 2 * 1024 * 1024;
const inFlight = 256;

const { values } = parseArgs({ options: { calls: { type: "string", default: "1000000" } } });
const total = Number(values.calls);
if (!Number.isSafeInteger(total) || total < 10 * inFlight)
  throw new RangeError(`--calls takes a whole number of at least ${10 * inFlight}`);

const server = fork(new URL("server.mjs", import.meta.url), { execArgv: ["--expose-gc"] });
const answer = () => new Promise((resolve) => server.once("message", resolve));
const { url } = await answer();
const client = await connect(url, Echo);
const point = { x: 3.25, y: -17.875, id: 123456 };

let made = 0;
async function callUntil(count) {
  const worker = async () => {
    while (made < count) {
      made += 1;
      const call = client.point(point, made % 100 === 0 ? { timeoutMs: 60_000 } : undefined);
      const echoed = await call;
      if (echoed.id !== point.id) throw new Error("an answer that is another call's");
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** Heaps of both sides, when nothing is in flight. */
async function measure() {
  const reply = answer();
  server.send("heap");
  const { heap, snapshot } = await reply;
  const held = [client.$caller.session.snapshot(), ...snapshot.sessions].flatMap(({ connections }) =>
    connections.flatMap(({ requests, channels }) => [...requests, ...channels]),
  );
  if (held.length > 0) throw new Error(`${held.length} requests or channels are left of finished calls`);
  const heaps = { client: heapAfterCollection(), server: heap };
  const shown = Object.entries(heaps).map(([side, bytes]) => `${side} ${(bytes / 2 ** 20).toFixed(2)} MB`);
  console.log(`${made.toLocaleString("en")} calls: heap of ${shown.join(", of ")}`);
  return heaps;
}

await callUntil(total / 10);
const early = await measure();
await callUntil(total);
const late = await measure();
await client.$close();
server.disconnect();

const growth = Math.max(late.client - early.client, late.server - early.server);
console.log(`grown by ${(growth / 1024).toFixed(0)} KB (at most ${allowedGrowth / 1024} KB)`);
if (growth > allowedGrowth) process.exitCode = 1;
