/** Runs in workerd: a client of the platform's WebSocket, and a service over the WebSocket that a request becomes. */
import { acceptSession } from "@voxrpc/runtime/link";
import { connect, type PlatformWebSocket, WebSocketLink } from "@voxrpc/runtime/web";
import { Streams, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { smoke } from "./smoke.js";

/** The part of workerd that is used here. */
interface Platform {
  readonly WebSocketPair: new () => readonly [
    client: unknown,
    server: PlatformWebSocket & { accept(): void },
  ];
  readonly Response: new (body: unknown, init?: object) => unknown;
}

const platform = globalThis as unknown as Platform;

interface WorkerRequest {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

export default {
  async fetch(request: WorkerRequest): Promise<unknown> {
    if (request.headers.get("upgrade") === "websocket") return upgraded();
    const server = new URL(request.url).searchParams.get("server") ?? "";
    return new platform.Response(JSON.stringify(await smoke(await connect(server, Streams))));
  },
};

function upgraded(): unknown {
  const { 0: client, 1: server } = new platform.WebSocketPair();
  server.accept();
  const link = new WebSocketLink(server, { role: "acceptor" });
  void acceptSession(link, streamsDispatcher(streamsHandler().handler)).catch(() => {});
  return new platform.Response(null, { status: 101, webSocket: client });
}
