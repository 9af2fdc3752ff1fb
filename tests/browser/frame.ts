/** A frame of the page, which serves the port that the page sends it. */
import type { MessageEndpoint } from "@voxrpc/runtime/web";
import { servePort } from "./serving-port.js";

interface Frame {
  addEventListener(
    type: "message",
    listener: (event: { readonly origin: string; readonly ports: readonly [MessageEndpoint] }) => void,
  ): void;
  readonly location: { readonly origin: string };
  readonly parent: { postMessage(message: string, origin: string): void };
}

const frame = globalThis as unknown as Frame;
frame.addEventListener("message", ({ origin, ports }) => {
  if (origin === frame.location.origin) void servePort(ports[0]);
});
frame.parent.postMessage("ready", frame.location.origin);
