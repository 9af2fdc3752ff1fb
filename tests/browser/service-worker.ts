/** A service worker that serves each port that a page sends it. */
import type { MessageEndpoint } from "@voxrpc/runtime/web";
import { servePort } from "./serving-port.js";

interface WorkerScope {
  addEventListener(
    type: "message",
    listener: (event: {
      readonly ports: readonly [MessageEndpoint];
      waitUntil(work: Promise<unknown>): void;
    }) => void,
  ): void;
  addEventListener(type: "activate", listener: () => void): void;
}

// The browser ends a service worker that has nothing to do: the session is work for as long as it lasts.
(globalThis as unknown as WorkerScope).addEventListener("message", (event) =>
  event.waitUntil(servePort(event.ports[0]).then((session) => session.closed)),
);
