/**
 * A TCP proxy that tells the pings and pongs among the frames that pass, and cuts what passes when the test requests
 * it.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Nonces in order of their passing. */
export interface Keepalive {
  readonly pings: number[];
  readonly pongs: number[];
}

/** A proxy before a server. */
export interface Tap extends AsyncDisposable {
  /** Connect here instead. */
  readonly url: string;
  readonly fromClient: Keepalive;
  readonly fromServer: Keepalive;
  /** Connections that have passed so far. */
  readonly count: number;
  /** Cuts all connections that pass; others may follow. */
  cut(): void;
}

/** Starts a proxy before the server at `url`. */
export async function startTap(url: string): Promise<Tap> {
  const { hostname, port } = new URL(url);
  const fromClient: Keepalive = { pings: [], pongs: [] };
  const fromServer: Keepalive = { pings: [], pongs: [] };
  const sockets = new Set<Socket>();
  let count = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const listener = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port) });
    pass(near, far, fromClient);
    pass(far, near, fromServer);
    sockets.add(near).add(far);
    count += 1;
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    url: `tcp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    fromClient,
    fromServer,
    get count() {
      return count;
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      listener.close();
      await once(listener, "close");
    },
  };
}

function pass(from: Socket, to: Socket, seen: Keepalive): void {
  let rest: Buffer = Buffer.alloc(0);
  from.setNoDelay(true);
  from.on("data", (chunk: Buffer) => {
    to.write(chunk);
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
      const end = 4 + rest.readUInt32LE();
      note(rest.subarray(4, end), seen);
      rest = rest.subarray(end);
    }
  });
  from.on("error", () => to.destroy());
  from.on("end", () => to.end());
}

/** Ping and Pong on connection 0 are three bytes while their nonce is small. Source: `protocol/wire.md` §5. */
function note(frame: Buffer, seen: Keepalive): void {
  const [connection, body, nonce = 0] = frame;
  if (frame.length !== 3 || connection !== 0) return;
  if (body === 8) seen.pings.push(nonce);
  if (body === 9) seen.pongs.push(nonce);
}
