/**
 * A server or a client of the tests of surroundings, as a process of its own. It says what it sees in lines of JSON.
 *
 * Usage: node program.js serve [folder] | client <url> [busy ms] | both
 */
import { createInterface } from "node:readline";
import { channel } from "@voxrpc/runtime";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

const [mode, place = "", busyMs = "0"] = process.argv.slice(2);

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const handler: ShopHandler = {
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "x".repeat(Number(id)) }),
  close: () => {},
  buy: () => 1,
  watch: async (out) => {
    for (;;) await out.send("x".repeat(1000));
  },
  collect: async (items) => {
    let sum = 0;
    for await (const item of items) sum += item;
    return sum;
  },
};

async function startServer() {
  const events: Record<string, number> = {};
  const count = (name: string) => () => {
    events[name] = (events[name] ?? 0) + 1;
  };
  const { sqliteStore } = place === "" ? { sqliteStore: undefined } : await import("@voxrpc/runtime/sqlite");
  const store = sqliteStore?.(`${place}/store.db`);
  const server = await serve("tcp://127.0.0.1:0", shopDispatcher(handler), {
    operationStore: store,
    resumable: { store: store?.sessions },
    keepalive: { intervalMs: 200, timeoutMs: 400 },
    observer: {
      onOperationStoreError: count("operations"),
      onSessionStoreError: count("sessions"),
      onHandshakeFailed: count("refused"),
    },
  });
  return { server, events };
}

async function serveUntilTold(): Promise<void> {
  const { server, events } = await startServer();
  say({ url: server.url });
  // Each line on standard input requests the state.
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "close") break;
    const waiting = server.sessions.filter(({ state }) => state.kind === "recovering").length;
    say({ sessions: server.sessionCount, waiting, events });
  }
  await server.close({ timeoutMs: 1000 });
  say({ closed: true });
  process.exit(0);
}

async function callOnce(): Promise<void> {
  const session = await connectSession(place, {
    service: Shop.name,
    reconnect: { minDelayMs: 10, maxDelayMs: 100 },
    keepalive: { intervalMs: 200, timeoutMs: 400 },
  });
  const shop = session.client(Shop);
  await shop.add(1, 2);
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "busy") {
      const until = performance.now() + Number(busyMs);
      while (performance.now() < until);
    }
    const sum = await shop.add(3, 4);
    const { state } = session;
    say({ sum, reconnects: state.kind === "open" ? state.reconnects : -1 });
  }
}

/** Clients and their server in one network that loses packets. */
async function both(): Promise<void> {
  const { server } = await startServer();
  const sums = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const shop = await connect(server.url, Shop, { reconnect: true, connectRetryMs: 20_000 });
      let sum = 0;
      for (let n = 0; n < 20; n++) sum += await shop.add(n, 1);
      const { tx, rx } = channel<number>();
      const [collected] = await Promise.all([shop.collect(rx), tx.sendAll([1, 2, 3])]);
      await shop.$close();
      return sum + collected;
    }),
  );
  await server.close({ timeoutMs: 1000 });
  say({ sums });
  process.exit(0);
}

if (mode === "serve") await serveUntilTold();
else if (mode === "client") await callOnce();
else await both();
