/** Cap'n Web over WebSocket. */
import { newWebSocketRpcSession } from "capnweb";

export async function main(url) {
  const client = newWebSocketRpcSession(url);
  const point = await client.echoPoint({ x: 1, y: 2, id: 3 });
  return point.x;
}
