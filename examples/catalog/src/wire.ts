/** A stretch of network that the example can cut: it passes on all bytes until it is cut. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Connect to its `url` instead of the server's. */
export interface Wire extends AsyncDisposable {
  readonly url: string;
  /** The next bytes that the server sends are lost, and the connection with it. */
  cutAtNextAnswer(): void;
}

/** Opens a wire to the server at `url`. */
export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isDoomed = false;
  const listener = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port) });
    const drop = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", drop).on("error", drop);
    }
    near.on("data", (chunk) => far.write(chunk));
    far.on("data", (chunk) => {
      if (!isDoomed) {
        near.write(chunk);
        return;
      }
      isDoomed = false;
      drop();
    });
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    url: `tcp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    cutAtNextAnswer() {
      isDoomed = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}
