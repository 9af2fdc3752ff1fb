/** Connect over HTTP. */
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { Echo } from "./echo-descriptor.mjs";

export async function main(baseUrl) {
  const client = createClient(Echo, createConnectTransport({ baseUrl }));
  const point = await client.echoPoint({ x: 1, y: 2, id: 3 });
  return point.x;
}
