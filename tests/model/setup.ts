/** How the two sides and their network are set up: at random. */
import { type MemoryOperationStore, memoryOperationStore } from "@voxrpc/runtime/store";
import type { StreamOptions } from "@voxrpc/runtime/testing";
import type { Random } from "../support/random.js";

/** How long an answer to a request for a connection may take. */
export const openTimeoutMs = 1500;

/** How one side is set up. */
export interface Settings {
  readonly credit: number;
  readonly options: {
    readonly initialChannelCredit: number;
    readonly maxConcurrentRequests: number;
    readonly operationStore: MemoryOperationStore;
    readonly limits: { readonly maxBufferedBytes: number; readonly openTimeoutMs: number };
    readonly keepalive: { readonly intervalMs: number; readonly timeoutMs: number } | undefined;
  };
}

export function settings(random: Random, hasKeepalive: boolean, isResumable: boolean): Settings {
  const credit = random.pick([1, 2, 3, 16]);
  const options = {
    initialChannelCredit: credit,
    operationStore: memoryOperationStore(),
    maxConcurrentRequests: random.pick([1, 2, 5, 64]),
    // Answers without a link are kept up to this size: beyond it the session would end.
    limits: { maxBufferedBytes: isResumable ? 1 << 20 : random.pick([64, 1000, 1 << 20]), openTimeoutMs },
    keepalive: hasKeepalive ? { intervalMs: 1000, timeoutMs: 2000 } : undefined,
  };
  return { credit, options };
}

/** How a direction of the network behaves, for a while. */
export function weather(random: Random): StreamOptions {
  return {
    latencyMs: random.pick([0, 0, 1, () => random.integer(0, 50)]),
    chunkBytes: random.pick([undefined, undefined, 1, () => random.integer(1, 40)]),
    bytesPerMs: random.pick([undefined, undefined, 1, 20]),
  };
}
