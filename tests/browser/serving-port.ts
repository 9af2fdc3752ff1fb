/** A service behind a message port, in whatever context loads this module. */
import { channel } from "@voxrpc/runtime";
import { acceptSession, openSession, type Session } from "@voxrpc/runtime/link";
import { type MessageEndpoint, MessagePortLink } from "@voxrpc/runtime/web";
import { Streams, type StreamsHandler, streamsDispatcher } from "../interop/gen/streams.vox.js";

let ports = 0;

const handler: Partial<StreamsHandler> = {
  /** How many ports this context has served. */
  running: () => ports,
  async sum(items) {
    let total = 0n;
    for await (const item of items) total += BigInt(item);
    return total;
  },
  async records(n, out) {
    const data = new Uint8Array(1 << 20).fill(7);
    for (let at = 0; at < n; at++)
      await out.send({
        id: BigInt(at),
        name: "large",
        ratio: 0.5,
        flag: true,
        tags: [],
        data,
        kind: { kind: "First" },
      });
  },
};

/** Answers the calls of the peer on a port. */
export function servePort(port: MessageEndpoint): Promise<Session> {
  ports++;
  return acceptSession(
    new MessagePortLink(port, { role: "acceptor" }),
    streamsDispatcher(handler as StreamsHandler),
  );
}

/** Calls a service on a port: a unary call, a stream of numbers there, and a stream of 1 MiB items back. */
export async function callPort(port: MessageEndpoint): Promise<unknown> {
  const session = await openSession(new MessagePortLink(port, { role: "initiator" }), {
    service: Streams.name,
  });
  const client = session.client(Streams);
  const upload = channel<number>();
  const [total] = await Promise.all([client.sum(upload.rx), upload.tx.sendAll([1, 2, 3])]);
  const records = channel<{ readonly data: Uint8Array }>();
  const sending = client.records(3, records.tx as never);
  let bytes = 0;
  for await (const { data } of records.rx) bytes += data.length;
  await sending;
  const ports = await client.running();
  await session.close();
  return { total: String(total), bytes, ports };
}
