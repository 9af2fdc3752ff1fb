/** Nothing may keep a process alive when all that was opened is closed. */
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, dial, freePort, gate, stranger, until } from "../support/opened.js";

closeAfterEach();

/** What keeps the event loop running, by kind: sockets, listeners, look-ups, timers. */
function handles(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (/TCP|GetAddrInfo|Timeout/.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * Runs something, three times, and waits until nothing of it is left; a leak stays, and the test fails by its timeout.
 */
async function leavesNothing(run: () => Promise<void>): Promise<void> {
  const before = handles();
  for (let round = 0; round < 3; round++) await run();
  // Sockets leave the event loop a turn after they are closed.
  await until(() => [...handles()].every(([name, count]) => count <= (before.get(name) ?? 0)));
}

it("a session that was closed by its client, and a server", () =>
  leavesNothing(async () => {
    const server = await serve("tcp://127.0.0.1:0", goldenDispatcher());
    const shop = await connect(server.url, Golden);
    await shop.hello({ timeoutMs: 60_000 });
    await shop.$close();
    await server.close();
  }));

it("a server that was closed first", () =>
  leavesNothing(async () => {
    const server = await serve("tcp://127.0.0.1:0", goldenDispatcher());
    const shop = await connect(server.url, Golden);
    await shop.hello();
    await server.close();
    await shop.$session.closed;
    await shop.$close();
  }));

it("a server that was aborted under calls", () =>
  leavesNothing(async () => {
    const started = gate<void>();
    const onWait = () => {
      started.open();
      return new Promise<number>(() => {});
    };
    const server = await serve("tcp://127.0.0.1:0", goldenDispatcher({ onWait }));
    const shop = await connect(server.url, Golden);
    const call = shop.wait(1, { timeoutMs: 60_000 });
    await started.promise;
    server.abort();
    await expect(call).rejects.toMatchObject({ code: "ConnectionClosed" });
    await server.closed;
    await shop.$close();
  }));

it("attempts that failed in every way", async () => {
  const silent = await stranger((socket) => socket.resume());
  const closing = await stranger((socket) => socket.resume().end());
  const refused = `127.0.0.1:${await freePort()}`;
  await leavesNothing(async () => {
    const attempts = [
      connectSession(refused),
      connectSession(refused, { connectRetryMs: 150 }),
      connectSession(silent, { connectTimeoutMs: 30 }),
      connectSession(silent, { signal: AbortSignal.timeout(20) }),
      connectSession(closing),
      connectSession("tcp://nowhere.invalid:1"),
    ];
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.map(({ status }) => status)).toEqual(attempts.map(() => "rejected"));
  });
});

it("strangers that a server has refused", () =>
  leavesNothing(async () => {
    const server = await serve("tcp://127.0.0.1:0", goldenDispatcher());
    const talking = await dial(server.address);
    const silent = await dial(server.address);
    talking.end("GET / HTTP/1.1\r\n\r\n");
    await until(() => talking.destroyed);
    await server.close();
    silent.destroy();
  }));
