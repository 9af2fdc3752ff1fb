/** A relay between clients and a server. On request it cuts all its connections. */
import { connect, createServer } from "node:net";

/** @param port where the server listens. @returns its own port, and how to cut and close it */
export async function relay(port) {
  const sockets = new Set();
  const add = (socket, other) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const listener = createServer((client) => {
    const server = connect({ port, host: "127.0.0.1" });
    add(client, server);
    add(server, client);
    client.pipe(server);
    server.pipe(client);
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: listener.address().port,
    cut,
    close() {
      cut();
      listener.close();
    },
  };
}
