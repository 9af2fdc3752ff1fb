/**
 * What a link over the platform's WebSocket gives the platform. The contract of links is tested beside Node's
 * transports.
 */
import { afterEach, describe, expect, it } from "vitest";
import { type PlatformWebSocket, WebSocketLink } from "./websocket-link.js";

/** Keeps what it was given to send, as workerd does. */
function keepingSocket(): { readonly socket: PlatformWebSocket; readonly sent: Uint8Array[] } {
  const sent: Uint8Array[] = [];
  const socket = {
    url: "ws://test/",
    readyState: 1,
    bufferedAmount: 0,
    binaryType: "",
    send: (data: Uint8Array) => void sent.push(data),
    close: () => {},
    addEventListener: () => {},
  };
  return { socket, sent };
}

describe("a message of a batch that is written again", () => {
  afterEach(() => Reflect.deleteProperty(globalThis, "WebSocketPair"));

  it.each([
    ["a browser, which copies at the call, gets a view", false, [9, 9]],
    ["workerd, which sends later, gets a copy", true, [1, 2]],
  ] as const)("%s", (_what, isWorkerd, expected) => {
    if (isWorkerd) Object.assign(globalThis, { WebSocketPair: class {} });
    const { socket, sent } = keepingSocket();
    const batch = new Uint8Array([1, 2, 3]);
    new WebSocketLink(socket).send(batch, 0, [2], 1);
    batch.fill(9);
    expect([...(sent[0] ?? [])]).toEqual(expected);
  });
});
