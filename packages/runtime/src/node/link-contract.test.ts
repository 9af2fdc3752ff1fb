/** The links over sockets keep the contract of all links. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { LinkRole } from "../link/opening-limits.js";
import { type LinkPair, linkContract } from "../testing/link-contract.js";
import { type PlatformWebSocket, WebSocketLink } from "../web/websocket-link.js";
import { SocketLink } from "./socket-link.js";
import { closeAll, socketPair } from "./sockets.fixture.js";
import { WsLink } from "./ws-link.js";

const cleanups: (() => void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await closeAll();
});

async function tcp(): Promise<LinkPair> {
  const [dialled, taken] = await socketPair();
  return {
    near: new SocketLink(dialled, { role: "initiator" }),
    far: new SocketLink(taken, { role: "acceptor" }),
  };
}

async function unix(): Promise<LinkPair> {
  const folder = mkdtempSync(join(tmpdir(), "vox-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const address = { path: join(folder, "s") };
  const [dialled, taken] = await socketPair(address.path);
  return {
    near: new SocketLink(dialled, { role: "initiator", address }),
    far: new SocketLink(taken, { role: "acceptor", address }),
  };
}

interface WebSocketPair {
  readonly client: WebSocket;
  readonly clientSocket: Socket;
  readonly accepted: WebSocket;
  readonly acceptedSocket: Socket;
}

/** Two ends of a WebSocket over loopback. */
async function webSockets(): Promise<WebSocketPair> {
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer();
  cleanups.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<[WebSocket, Socket]>((resolve) => {
    server.on("upgrade", (request, socket, head) => {
      upgrades.handleUpgrade(request, socket, head, (ws) => resolve([ws, request.socket]));
    });
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/vox`, {
    perMessageDeflate: false,
  });
  const clientSocket = await new Promise<Socket>((resolve, reject) => {
    client.on("upgrade", ({ socket }) => client.on("open", () => resolve(socket)));
    client.on("error", reject);
  });
  const [ws, acceptedSocket] = await accepted;
  return { client, clientSocket, accepted: ws, acceptedSocket };
}

const wsLink = (ws: WebSocket, socket: Socket, role: LinkRole): WsLink =>
  new WsLink(ws, { role, socket, description: "ws://127.0.0.1/vox" });

async function ws(): Promise<LinkPair> {
  const { client, clientSocket, accepted, acceptedSocket } = await webSockets();
  return {
    near: wsLink(client, clientSocket, "initiator"),
    far: wsLink(accepted, acceptedSocket, "acceptor"),
  };
}

async function platformWebSocket(): Promise<LinkPair> {
  const { client, accepted, acceptedSocket } = await webSockets();
  return {
    near: new WebSocketLink(client as unknown as PlatformWebSocket),
    far: wsLink(accepted, acceptedSocket, "acceptor"),
  };
}

const transports = {
  "SocketLink over TCP": tcp,
  "SocketLink over a Unix socket": unix,
  "WsLink on both ends": ws,
  "the platform's WebSocketLink and a WsLink": platformWebSocket,
};

for (const [name, makePair] of Object.entries(transports)) {
  describe(`${name} keeps the contract`, () => {
    for (const { name: rule, run } of linkContract(makePair)) it(rule, run);
  });
}
