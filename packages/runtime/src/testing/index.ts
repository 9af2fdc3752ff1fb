/**
 * For tests of applications: two connected sessions without a network, connections with the faults of a network, and a
 * clock that a test moves by hand. Subpath `@voxrpc/runtime/testing`.
 *
 * ```ts
 * const clock = new FakeClock();
 * await using pair = await connectPair(catalogDispatcher(handler), { clock });
 * const call = pair.client.client(Catalog).get(1n, { timeoutMs: 500 });
 * clock.advance(500);
 * await expect(call).rejects.toMatchObject({ code: "Cancelled" });
 * ```
 */
export { MemoryLink, type MemoryLinkOptions, memoryLinkPair } from "../link/memory-link.js";
export { FakeClock } from "./fake-clock.js";
export { type LinkCase, type LinkContractOptions, type LinkPair, linkContract } from "./link-contract.js";
export {
  type OperationStoreCase,
  type OperationStoreContractOptions,
  operationStoreContract,
} from "./operation-store-contract.js";
export { connectPair, type PairLinks, type PairOptions, type SessionPair } from "./pair.js";
export { settle } from "./settle.js";
export {
  type SimulatedLink,
  type SimulatedPair,
  type SimulatedPairOptions,
  simulatedPair,
} from "./simulated-pair.js";
export type { SimulatedStream, StreamEnd, StreamOptions } from "./simulated-stream.js";
