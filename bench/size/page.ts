/** Unary calls of a page: over a WebSocket of the browser, connected again after a loss. */
import { connect, reconnecting } from "@voxrpc/runtime/web";
import { Echo } from "../gen/unary.vox.js";

export async function main(): Promise<number> {
  const echo = await connect(Echo, { reconnect: reconnecting() });
  const point = await echo.echoPoint({ x: 1, y: 2, id: 3 });
  return point.x;
}
