/** The examples of `docs/connections.md`, unchanged. */
import {
  type ConnectionAcceptor,
  type ConnectionRequest,
  Metadata,
  RejectedError,
  router,
  virtualConnections,
} from "@voxrpc/runtime";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { proxyConnections, proxyThrough } from "@voxrpc/runtime/proxy";
import { memoryLinkPair } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import {
  Streams,
  type StreamsClient,
  type StreamsHandler,
  streamsDispatcher,
} from "../interop/gen/streams.vox.js";
import { countSum, streamsHandler } from "../support/stream-handlers.js";
import { startTap } from "../support/tap.js";
import { examplesMissing } from "./page.js";

const { handler } = streamsHandler();
const soon = { timeout: 5000, interval: 5 };

describe("docs/connections.md", () => {
  it("shows code that this file runs", () => {
    expect(examplesMissing("connections.md", import.meta.url)).toEqual([]);
  });

  it("has several clients", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler));

    await using session = await connectSession(server.url);
    const streams = session.client(Streams);
    await using more = await session.open(Streams, {
      initialChannelCredit: 64,
      metadata: new Metadata({ table: 7 }),
    });
    expect(await more.running()).toBe(await streams.running());
  });

  it("has several clients of one connection", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler));
    await using session = await connectSession(server.url);

    const more = await session.open(Streams);
    const second = more.$caller.connection.client(Streams);
    await more.$close(); // the connection goes on: it has another client
    expect(await second.running()).toBe(0);
    await second.$close(); // now it ends
  });

  it("opens connections over a link of the application, with the option for it", async () => {
    const [link, other] = memoryLinkPair();
    const accepting = acceptSession(other, streamsDispatcher(handler));
    const session = await openSession(link, { virtualConnections });
    const streams = await session.open(Streams);
    expect(await streams.running()).toBe(0);
    await session.close();
    await (await accepting).closed;
  });

  it.each([
    ["goes on", { resumable: true }],
    ["is opened again", {}],
  ])("has a virtual connection that %s over another link", async (_, options) => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler), options);
    await using tap = await startTap(server.url);
    await using session = await connectSession(tap.url, { reconnect: { minDelayMs: 1 } });
    const feed = await session.open(Streams, { reopen: true });
    for (let round = 1; round <= 3; round++) {
      expect(await feed.running()).toBe(0);
      const recovering = new Promise<void>((resolve) => {
        const stop = session.onStateChanged(({ kind }) => {
          if (kind !== "recovering") return;
          stop();
          resolve();
        });
      });
      tap.cut();
      await recovering;
    }
    expect(await feed.running()).toBe(0);
    expect(feed.$caller.connection.isOpen).toBe(true);
  });

  it("knows its users", async () => {
    const nameOf = async (token: string | undefined): Promise<string | undefined> =>
      token === "t1" ? "ann" : undefined;
    const handlerFor = ({ name }: User): StreamsHandler => ({ ...handler, running: () => name.length });

    interface User {
      readonly name: string;
    }

    async function authenticate(request: ConnectionRequest): Promise<User> {
      const name = await nameOf(request.peerMetadata.getString("token"));
      if (name === undefined) throw new RejectedError(new Metadata({ error: "unauthenticated" }));
      return { name };
    }

    const services = router(
      { Streams: (_request, user) => streamsDispatcher(handlerFor(user)) },
      { context: authenticate },
    );
    await using server = await serve("tcp://127.0.0.1:0", services);

    await using streams = await connect(server.url, Streams, { metadata: new Metadata({ token: "t1" }) });
    expect(await streams.running()).toBe(3);
    await expect(connect(server.url, Streams)).rejects.toThrow("unauthenticated");
  });

  it("makes a context in place", async () => {
    const nameOf = async (token: string | undefined) => (token === "t1" ? "ann" : "");
    const handlerFor = ({ name }: { readonly name: string }) => ({ ...handler, running: () => name.length });
    const services = router({
      context: async (request) => ({ name: await nameOf(request.peerMetadata.getString("token")) }),
      identity: (user) => user.name,
      routes: { Streams: (_request, user) => streamsDispatcher(handlerFor(user)) },
    });
    await using server = await serve("tcp://127.0.0.1:0", services);
    await using streams = await connect(server.url, Streams, { metadata: new Metadata({ token: "t1" }) });
    expect(await streams.running()).toBe(3);
  });

  it("decides by itself", async () => {
    const acceptor: ConnectionAcceptor = {
      accept(request, connection) {
        if (request.service === "Streams") connection.accept(streamsDispatcher(handler));
        else connection.reject("this server has streams only");
      },
    };
    await using server = await serve("tcp://127.0.0.1:0", acceptor);
    await using streams = await connect(server.url, Streams);
    expect(await streams.running()).toBe(0);
    await expect(connectSession(server.url)).rejects.toThrow("this server has streams only");
  });

  it("calls its clients", async () => {
    const clients = new Set<StreamsClient>();
    const acceptor: ConnectionAcceptor = {
      accept(_request, connection) {
        const client = connection.acceptWithClient(Streams, streamsDispatcher(handler));
        clients.add(client);
        void client.$caller.connection.closed.then(() => clients.delete(client));
      },
    };
    await using server = await serve("tcp://127.0.0.1:0", acceptor);
    {
      await using streams = await connect(server.url, Streams, { serve: streamsDispatcher(handler) });
      expect(await streams.running()).toBe(0);
      const [client] = clients;
      expect(await client?.running()).toBe(0);
    }
    await vi.waitFor(() => expect(clients.size).toBe(0), soon);
  });

  it("is a gateway", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler));

    await using upstream = await connectSession(server.url);
    const gateway: ConnectionAcceptor = {
      async accept(request, connection) {
        if (!request.isVirtual) connection.accept(undefined);
        else await proxyThrough(connection, upstream);
      },
    };
    await using front = await serve("tcp://127.0.0.1:0", gateway);

    await using session = await connectSession(front.url);
    await using streams = await session.open(Streams);
    expect(await countSum(streams, 100)).toBe(4950n);
  });

  it("joins connections by hand", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler));
    await using upstream = await connectSession(server.url);
    const joining: ConnectionAcceptor = {
      async accept({ isVirtual, service, settings }, connection) {
        if (!isVirtual) return connection.accept(undefined);
        const near = connection.intoRaw();
        const far = await upstream.openRaw(service ?? "", settings);
        const proxy = proxyConnections(near, far);
        await proxy.closed;
      },
    };
    await using front = await serve("tcp://127.0.0.1:0", joining);
    await using session = await connectSession(front.url);
    await using streams = await session.open(Streams, { initialChannelCredit: 4 });
    expect(await countSum(streams, 100)).toBe(4950n);
  });
});
