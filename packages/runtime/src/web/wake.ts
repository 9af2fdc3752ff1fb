/** When a page or a worker may find its server again: the network is back, or the page is shown. */

/** The part of a page that is used here; a worker has no document. */
interface Scope {
  addEventListener?(type: "online", listener: () => void): void;
  removeEventListener?(type: "online", listener: () => void): void;
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: "visibilitychange", listener: () => void): void;
    removeEventListener(type: "visibilitychange", listener: () => void): void;
  };
}

/** Calls back when the network is back or the page is shown. @returns a function that stops listening */
export function onWake(attemptNow: () => void): () => void {
  const scope = globalThis as unknown as Scope;
  const { document } = scope;
  const onShown = (): void => {
    if (document?.visibilityState === "visible") attemptNow();
  };
  scope.addEventListener?.("online", attemptNow);
  document?.addEventListener("visibilitychange", onShown);
  return () => {
    scope.removeEventListener?.("online", attemptNow);
    document?.removeEventListener("visibilitychange", onShown);
  };
}
