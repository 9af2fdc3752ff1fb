/** tRPC over WebSocket. */
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";

export async function main(url) {
  const client = createTRPCClient({ links: [wsLink({ client: createWSClient({ url }) })] });
  const point = await client.echoPoint.query({ x: 1, y: 2, id: 3 });
  return point.x;
}
