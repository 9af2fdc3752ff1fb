/** One unary call over a link of the application. */
import { type Link, openSession } from "@voxrpc/runtime/link";
import { Echo } from "../gen/unary.vox.js";

export async function main(link: Link): Promise<number> {
  const session = await openSession(link, { service: Echo.name });
  const point = await session.client(Echo).echoPoint({ x: 1, y: 2, id: 3 });
  return point.x;
}
