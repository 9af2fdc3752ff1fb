/** The usual alternative: JSON-RPC over a WebSocket, no validation, one message a call. */
import { WebSocket, WebSocketServer } from "ws";

export async function serve() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (socket) => {
    socket._socket.setNoDelay(true);
    socket.on("message", (data) => {
      const { id, params } = JSON.parse(data.toString());
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: params }));
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return server.address().port;
}

export async function connect(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket._socket.setNoDelay(true);
  const pending = new Map();
  let next = 1;
  socket.on("message", (data) => {
    const { id, result } = JSON.parse(data.toString());
    const resolve = pending.get(id);
    pending.delete(id);
    resolve(result);
  });
  return (point) =>
    new Promise((resolve) => {
      pending.set(next, resolve);
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: next++, method: "point", params: point }));
    });
}
