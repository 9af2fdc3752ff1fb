import type { Clock } from "@voxrpc/runtime/link";

/** The platform's clock. The runtime has the same one; to load the runtime for it would cost more than the command. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, callback) => setTimeout(callback, delayMs),
  clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
