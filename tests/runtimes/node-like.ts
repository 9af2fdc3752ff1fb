/**
 * Runs in Bun and Deno: the transports of Node and the platform's WebSocket. Argument: the address of a server in Node.
 */
import { connect, serve } from "@voxrpc/runtime/node";
import { connect as connectWeb } from "@voxrpc/runtime/web";
import { Streams, type StreamsClient, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { smoke } from "./smoke.js";

const url = process.argv[2] ?? "";
const done: Record<string, unknown> = {};

async function attempt(name: string, run: () => Promise<unknown>): Promise<void> {
  try {
    done[name] = await run();
  } catch (error) {
    done[name] = String(error);
  }
}

async function own(
  address: string,
  connectTo: (url: string) => Promise<StreamsClient> = (url) => connect(url, Streams),
): Promise<unknown> {
  const server = await serve(address, streamsDispatcher(streamsHandler().handler));
  const result = await smoke(await connectTo(server.url));
  await server.close({ timeoutMs: 1000 });
  return result;
}

await attempt("web client", async () => smoke(await connectWeb(url, Streams)));
await attempt("ws client", async () => smoke(await connect(url, Streams)));
await attempt("tcp", () => own("tcp://127.0.0.1:0"));
await attempt("ws", () => own("ws://127.0.0.1:0", (each) => connectWeb(each, Streams)));
console.log(JSON.stringify(done));
process.exit();
