/** Real calls in one process between a client generated from one version and a server generated from another. */
import { connectPair } from "@voxrpc/runtime/testing";
import { callAll, judge, type Met, type Outcome, ServingEnd, type Version } from "../support/ends.js";

/**
 * Calls a method many times with random values.
 * @param server another version, with the service but perhaps not the method
 */
export async function meet(client: Met, server: Version, runs: number): Promise<readonly Outcome[]> {
  const { service, method, version } = client;
  if (server.serviceLike(service.name) === undefined) return Array.from({ length: runs }, () => "failed");
  const end = new ServingEnd(server, `${service.name}.${method.name}`, runs);
  await using pair = await connectPair(end.dispatcher);
  return judge(await callAll(pair.client.client(version.generated(service.name)), method, runs), end.served);
}
