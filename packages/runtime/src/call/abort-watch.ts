/**
 * Who is to hear that a signal was aborted. One signal may be given to any number of calls: it has one listener for all of
 * them, so that Node warns of no leak and a call that settles is forgotten at once.
 */

/** Hears of an abort. */
export interface AbortWatcher {
  onAborted(): void;
}

class Watch {
  readonly watchers = new Set<AbortWatcher>();

  handleEvent(): void {
    for (const watcher of [...this.watchers]) watcher.onAborted();
  }
}

const watches = /*@__PURE__*/ new WeakMap<AbortSignal, Watch>();

/** Calls back once the signal is aborted, unless {@link unwatchAbort} comes first. For a signal that is not aborted yet. */
export function watchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new Watch();
    watches.set(signal, watch);
    signal.addEventListener("abort", watch, { once: true });
  }
  watch.watchers.add(watcher);
}

/** Forgets a watcher. Harmless when it is not there. */
export function unwatchAbort(signal: AbortSignal, watcher: AbortWatcher): void {
  const watch = watches.get(signal);
  if (watch === undefined) return;
  watch.watchers.delete(watcher);
  if (watch.watchers.size !== 0) return;
  watches.delete(signal);
  signal.removeEventListener("abort", watch);
}
