/**
 * Watchers of abort signals. One signal may belong to any number of calls. It has one listener for all of them, so that
 * Node does not warn of a leak, and a call that settles is forgotten at once.
 */

/** Called when a signal is aborted. */
export interface AbortWatcher {
  onAborted(): void;
}

class Watch {
  readonly watchers = new Set<AbortWatcher>();

  handleEvent(): void {
    // A watcher that another one removes meanwhile has nothing to do any more.
    for (const watcher of [...this.watchers]) {
      try {
        if (this.watchers.has(watcher)) watcher.onAborted();
      } catch (error) {
        throwLater(error);
      }
    }
  }
}

/** As for any listener of an event that throws: the others still run, and the process reports the error. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

const watches = /*@__PURE__*/ new WeakMap<AbortSignal, Watch>();

/**
 * Calls back once the signal is aborted, unless {@link unwatchAbort} comes first. For a signal that is not aborted yet.
 */
export function watchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new Watch();
    watches.set(signal, watch);
    signal.addEventListener("abort", watch, { once: true });
  }
  watch.watchers.add(watcher);
}

/**
 * Calls back once a signal is aborted that is not aborted yet.
 * @param signal of the application, which may have given it to much else; undefined: never calls back
 * @returns what forgets the callback; harmless twice
 */
export function whenAborted(signal: AbortSignal | undefined, onAborted: () => void): () => void {
  const watcher = { onAborted };
  if (signal !== undefined) watchAbort(signal, watcher);
  return () => {
    if (signal !== undefined) unwatchAbort(signal, watcher);
  };
}

/** Forgets a watcher. Harmless for an unknown watcher. */
export function unwatchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  const watch = watches.get(signal);
  if (watch === undefined) return;
  watch.watchers.delete(watcher);
  if (watch.watchers.size !== 0) return;
  watches.delete(signal);
  signal.removeEventListener("abort", watch);
}
