/** Client process of one peer: measures one at a time (p50, p99), then 64 and 256 in flight, and reports. */
import { fork } from "node:child_process";

const [peer, millis = "400"] = process.argv.slice(2);
const durationMs = Number(millis);
const server = fork(new URL("server.mjs", import.meta.url), [peer]);
const { port } = await new Promise((resolve) => server.once("message", resolve));
const { connect } = await import(`./${peer}.mjs`);
const call = await connect(port);
const point = { x: 3.25, y: -17.875, id: 123456 };

const echoed = await call(point);
if (echoed.x !== point.x || echoed.y !== point.y || echoed.id !== point.id)
  throw new Error(`${peer} does not echo`);

async function inFlight(count, forMs) {
  let calls = 0;
  const start = performance.now();
  const end = start + forMs;
  const worker = async () => {
    while (performance.now() < end) {
      await call(point);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
  return (calls / (performance.now() - start)) * 1000;
}

async function oneAtATime(forMs) {
  const micros = [];
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const before = process.hrtime.bigint();
    await call(point);
    micros.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  micros.sort((a, b) => a - b);
  return { p50: micros[micros.length >> 1], p99: micros[Math.floor(micros.length * 0.99)] };
}

await inFlight(64, durationMs);
const single = await oneAtATime(durationMs);
const rate64 = await inFlight(64, durationMs);
const rate256 = await inFlight(256, durationMs);
console.log(JSON.stringify({ peer, ...single, rate64, rate256 }));
server.disconnect();
process.exit(0);
