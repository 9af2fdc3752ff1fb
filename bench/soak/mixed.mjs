/**
 * Calls, streams both ways, virtual connections, cancels, timeouts and new sessions between two processes, over links
 * that are cut all the time. Every answer is checked. At half the time and at the end all traffic stops for a moment.
 * Then no state of it may be left, and the heaps of both sides, collected, may differ by less than 5 %.
 *
 *   node --expose-gc bench/soak/mixed.mjs --seconds 60
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { channel } from "@voxrpc/runtime";
import { connect, connectSession } from "@voxrpc/runtime/node";
import { Soak } from "../gen/soak.vox.js";
import { heapAfterCollection } from "./heap.mjs";
import { relay } from "./relay.mjs";

const allowedDifference = 0.05;
const sessionsKept = 4;
const workersPerSession = 6;
const cutEveryMs = 400;
/** How calls and streams may end when their link is cut. */
const expected = new Set([
  "ConnectionClosed",
  "Indeterminate",
  "ChannelClosed",
  "ChannelReset",
  "ChannelUnbound",
  "Io",
  "SessionShutdown",
]);

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
const seconds = Number(values.seconds);
if (!(seconds >= 4)) throw new RangeError("--seconds takes a number of at least 4");

const server = fork(new URL("mixed-server.mjs", import.meta.url), { execArgv: ["--expose-gc"] });
const answer = () => new Promise((resolve) => server.once("message", resolve));
const { port } = await answer();
const line = await relay(port);
const url = `tcp://127.0.0.1:${line.port}`;
const options = { reconnect: { minDelayMs: 10, maxDelayMs: 100 } };

const counts = new Map();
const count = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);
const integer = (most) => Math.floor(Math.random() * (most + 1));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function check(isRight, what) {
  if (!isRight) throw new Error(`wrong: ${what}`);
}

async function echo(client) {
  const text = `${"x".repeat(integer(500))} ${Math.random()}`;
  check((await client.echo(text)) === text, "an answer that is another call's");
}

async function cancel(client) {
  const abort = new AbortController();
  const call = client.pause(60_000, { signal: abort.signal }).then(
    () => "answered",
    ({ code }) => code,
  );
  await sleep(integer(5));
  abort.abort();
  const code = await call;
  check(code === "Cancelled" || expected.has(code), `a cancelled call: ${code}`);
}

async function timeout(client) {
  const code = await client.pause(60_000, { timeoutMs: 1 + integer(10) }).then(
    () => "answered",
    (error) => error.code,
  );
  check(code === "Cancelled" || code === "Timeout" || expected.has(code), `a late call: ${code}`);
}

async function down(client) {
  const many = integer(200);
  const leaveAt = Math.random() < 0.3 ? integer(many) : undefined;
  const { tx, rx } = channel();
  const call = client.count(many, tx);
  call.catch(() => {});
  let next = 0;
  for await (const item of rx) {
    check(item === next, `item ${item} and not ${next}`);
    next += 1;
    if (next === leaveAt) break;
  }
  // One that leaves makes the handler's next send fail.
  if (leaveAt !== undefined && next === leaveAt) await call.catch(() => {});
  else {
    await call;
    check(next === many, `${next} items of ${many}`);
  }
}

async function up(client) {
  const many = integer(200);
  const { tx, rx } = channel();
  const call = client.sum(rx);
  call.catch(() => {});
  for (let item = 0; item < many; item++) await tx.send(item);
  await tx.close();
  check((await call) === BigInt((many * (many - 1)) / 2), "a sum that is not that of the items");
}

async function both(client) {
  const many = integer(50);
  const [input, output] = [channel(), channel()];
  const call = client.shout(input.rx, output.tx);
  call.catch(() => {});
  const sending = (async () => {
    for (let item = 0; item < many; item++) await input.tx.send(`item ${item}`);
    await input.tx.close();
  })();
  sending.catch(() => {});
  let next = 0;
  for await (const text of output.rx) {
    check(text === `ITEM ${next}`, `${text} and not ITEM ${next}`);
    next += 1;
  }
  await sending;
  check((await call) === many && next === many, "items are lost");
}

async function virtual(_client, session) {
  const client = await session.open(Soak);
  try {
    await echo(client);
    await down(client);
  } finally {
    await client.$close();
  }
}

async function fresh() {
  const client = await connect(url, Soak);
  try {
    await echo(client);
    await up(client);
  } finally {
    await client.$close();
  }
}

const actions = [echo, echo, echo, cancel, timeout, down, up, both, virtual, fresh];

async function work(session, isOver) {
  const client = session.client(Soak);
  while (!isOver()) {
    const action = actions[integer(actions.length - 1)];
    try {
      await action(client, session);
      count(action.name);
    } catch (error) {
      // While there is no link no connection can be opened, and new ones are refused.
      const isExpected =
        expected.has(error.code) ||
        (error.code === "Protocol" && /disconnected|without a word|session closed/.test(error.message));
      if (!isExpected) throw new Error(`${action.name}: ${error.code} ${error.message}`, { cause: error });
      count(`cut ${action.name}`);
      if (session.state.kind !== "open") await sleep(5);
    }
  }
  await client.$close();
}

/** Traffic for so long, then silence. @returns what both sides hold then */
async function soak(ms) {
  let isOver = false;
  const sessions = await Promise.all(
    Array.from({ length: sessionsKept }, () => connectSession(url, options)),
  );
  const working = Promise.all(
    sessions.flatMap((session) =>
      Array.from({ length: workersPerSession }, () => work(session, () => isOver)),
    ),
  );
  const cuts = setInterval(() => {
    count("cuts");
    line.cut();
  }, cutEveryMs);
  try {
    await Promise.race([sleep(ms), working]);
  } finally {
    isOver = true;
    clearInterval(cuts);
  }
  await working;
  await settled(sessions);
  const reconnects = sessions.reduce((total, { state }) => total + (state.reconnects ?? 0), 0);
  count("rounds");
  counts.set("reconnects", (counts.get("reconnects") ?? 0) + reconnects);
  await Promise.all(sessions.map((session) => session.close()));
  return gone();
}

/** Waits until nothing is in flight any more. State that is left then is never released. */
async function settled(sessions) {
  let held = [];
  for (let turn = 0; turn < 100; turn++) {
    held = heldBy(sessions.map((session) => session.snapshot()));
    if (held.length === 0) return;
    await sleep(100);
  }
  throw new Error(`left at the client: ${JSON.stringify(held)}`);
}

/** Waits until the server has no session any more. @returns its heap, and ours */
async function gone() {
  let left;
  for (let turn = 0; turn < 100; turn++) {
    const reply = answer();
    server.send("heap");
    const { heap, snapshot } = await reply;
    if (snapshot.sessions.length === 0 && snapshot.pendingLinks === 0)
      return { client: heapAfterCollection(), server: heap };
    left = snapshot;
    await sleep(100);
  }
  throw new Error(`left at the server: ${JSON.stringify(left)}`);
}

function heldBy(snapshots) {
  return snapshots.flatMap(({ connections }) =>
    connections.flatMap(({ id, requests, channels }) => [
      ...(id === 0 ? [] : [{ id }]),
      ...requests,
      ...channels,
    ]),
  );
}

const shown = ({ client, server: serving }) =>
  `heap of client ${(client / 2 ** 20).toFixed(2)} MB, of server ${(serving / 2 ** 20).toFixed(2)} MB`;

// A round first, so that everything that is made once is there.
await soak(Math.min(10_000, (seconds * 1000) / 4));
const early = await soak((seconds * 1000) / 2);
console.log(`after ${seconds / 2} s: ${shown(early)}`);
const late = await soak((seconds * 1000) / 2);
console.log(`after ${seconds} s: ${shown(late)}`);
console.log([...counts].map(([what, times]) => `${what} ${times}`).join(", "));
line.close();
server.disconnect();

const difference = Math.max(...["client", "server"].map((side) => Math.abs(late[side] / early[side] - 1)));
console.log(
  `the heaps differ by ${(100 * difference).toFixed(1)} % (at most ${100 * allowedDifference} %); no request, channel or connection is left`,
);
if (difference >= allowedDifference) process.exitCode = 1;
