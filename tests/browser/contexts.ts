/** What the page does with its other contexts, over message ports. */
import type { MessageEndpoint } from "@voxrpc/runtime/web";
import { callPort } from "./serving-port.js";

interface Target {
  postMessage(message: unknown, ...rest: unknown[]): void;
}

/** The part of a page that is used here; the tests are compiled without the types of browsers. */
interface Page {
  readonly MessageChannel: new () => { readonly port1: MessageEndpoint; readonly port2: MessageEndpoint };
  readonly SharedWorker: new (
    url: string,
    options: { readonly type: "module" },
  ) => { readonly port: MessageEndpoint };
  readonly navigator: {
    readonly serviceWorker: {
      register(url: string): Promise<unknown>;
      readonly ready: Promise<{ readonly active: Target }>;
    };
  };
  readonly document: {
    createElement(name: "iframe"): { src: string; readonly contentWindow: Target };
    readonly body: { append(element: unknown): void };
  };
  readonly location: { readonly origin: string };
  addEventListener(
    type: "message",
    listener: (event: { readonly data: unknown }) => void,
    options: { readonly once: true },
  ): void;
}

const page = globalThis as unknown as Page;

export const contexts: Readonly<Record<string, () => Promise<unknown>>> = {
  async serviceWorker() {
    await page.navigator.serviceWorker.register("/service-worker.js");
    const { active } = await page.navigator.serviceWorker.ready;
    const { port1, port2 } = new page.MessageChannel();
    active.postMessage("serve", [port2]);
    return callPort(port1);
  },
  /** Two ports of one worker, as two pages have them. */
  async sharedWorker() {
    const open = (): MessageEndpoint => new page.SharedWorker("/shared-worker.js", { type: "module" }).port;
    await callPort(open());
    return callPort(open());
  },
  async frame() {
    const frame = page.document.createElement("iframe");
    frame.src = "/frame.html";
    const ready = new Promise((resolve) => page.addEventListener("message", resolve, { once: true }));
    page.document.body.append(frame);
    await ready;
    const { port1, port2 } = new page.MessageChannel();
    frame.contentWindow.postMessage("serve", page.location.origin, [port2]);
    return callPort(port1);
  },
};
