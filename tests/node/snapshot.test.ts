/** The snapshots of all sessions of a server, and the counts of a link over TCP. */
import type { Observer, ObserverEvents } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, gate, opens, until } from "../support/opened.js";

closeAfterEach();

it("a server counts every session, and the links without one yet", async () => {
  const release = gate<number>();
  const server = opens(await serve("tcp://127.0.0.1:0", goldenDispatcher({ onWait: () => release.promise })));
  expect(server.snapshot()).toEqual({ address: server.url, isClosing: false, pendingLinks: 0, sessions: [] });
  await using one = await connect(server.url, Golden);
  await using other = await connect(server.url, Golden);
  const call = one.wait(1);
  await until(() =>
    server.snapshot().sessions.some(({ connections }) => connections[0]?.requests.length === 1),
  );
  await other.hello();
  const snapshot = server.snapshot();
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  expect(snapshot.sessions.map(({ state }) => state)).toEqual(["open", "open"]);
  const requests = snapshot.sessions.flatMap(({ connections }) =>
    connections.flatMap((each) => each.requests),
  );
  expect(requests).toMatchObject([{ direction: "incoming", state: "running", method: "Golden.wait" }]);
  expect(one.$caller.session.snapshot().connections[0]?.requests).toMatchObject([
    { direction: "outgoing", state: "sent", method: "Golden.wait" },
  ]);
  release.open(1);
  expect(await call).toBe(1);
});

it("both ends of a TCP link count the same bytes", async () => {
  const ends: Record<string, ObserverEvents["onLinkClosed"][]> = { client: [], server: [] };
  const watch = (side: string): Observer => ({ onLinkClosed: (event) => void ends[side]?.push(event) });
  const server = opens(
    await serve("tcp://127.0.0.1:0", goldenDispatcher(), { observer: watch("server"), keepalive: false }),
  );
  const shop = await connect(server.url, Golden, { observer: watch("client"), keepalive: false });
  for (let i = 0; i < 20; i++) await shop.lookup("x".repeat(i * 1000));
  await shop.$close();
  await until(() => ends["server"]?.length === 1);
  const [client] = ends["client"] ?? [];
  const [theirs] = ends["server"] ?? [];
  expect(client).toMatchObject({ link: server.url, error: undefined });
  expect(client?.bytesOut).toBeGreaterThan(190_000);
  expect([client?.bytesIn, client?.bytesOut]).toEqual([theirs?.bytesOut, theirs?.bytesIn]);
});
