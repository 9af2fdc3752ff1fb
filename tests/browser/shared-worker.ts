/** A shared worker that serves all pages of the site. */
import type { MessageEndpoint } from "@voxrpc/runtime/web";
import { servePort } from "./serving-port.js";

interface WorkerScope {
  addEventListener(
    type: "connect",
    listener: (event: { readonly ports: readonly [MessageEndpoint] }) => void,
  ): void;
}

(globalThis as unknown as WorkerScope).addEventListener("connect", ({ ports }) => void servePort(ports[0]));
