/** What a link over a WebSocket does beyond the contract of all links, with a WebSocket made by hand. */
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SessionError } from "../errors.js";
import { Recorder } from "./sockets.fixture.js";
import { type NodeWebSocket, WsLink } from "./ws-link.js";

/** Gives out messages as the library does: all of a chunk at once, even when it is paused meanwhile. */
class HandMadeWebSocket extends EventEmitter implements NodeWebSocket {
  binaryType = "";
  isPaused = false;
  readonly closes: (number | undefined)[] = [];
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(code?: number): void {
    this.closes.push(code);
  }
  terminate(): void {}
  give(count: number): void {
    for (let index = 0; index < count; index++) this.emit("message", Buffer.of(index), true);
  }
}

/** Milliseconds of the platform's clock. */
let now = 0;

function linked(sink: Recorder): { readonly link: WsLink; readonly ws: HandMadeWebSocket } {
  const ws = new HandMadeWebSocket();
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const link = new WsLink(ws, { role: "acceptor", description: "ws://a", socket: new Socket() });
  link.start(sink);
  return { link, ws };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a link whose messages take long", () => {
  it("lets others have their turn after 5 ms, and goes on in the next", async () => {
    const sink = new Recorder();
    sink.onEach = () => {
      now += 1;
    };
    const { ws } = linked(sink);
    ws.give(20);
    expect([sink.frames.length, ws.isPaused]).toEqual([8, true]);
    await turn();
    expect([sink.frames.length, ws.isPaused]).toEqual([16, true]);
    ws.give(1);
    await turn();
    expect([sink.frames.length, ws.isPaused]).toEqual([21, false]);
    expect(sink.frames.map(([first]) => first)).toEqual([...Array(20).keys(), 0]);
    expect(sink.events.at(-1)).toBe("idle");
  });

  it("delivers what has arrived before it reports the end", () => {
    const sink = new Recorder();
    sink.onEach = () => {
      now += 1;
    };
    const { ws } = linked(sink);
    ws.give(20);
    ws.emit("close", 1000, Buffer.alloc(0));
    expect(sink.frames).toHaveLength(20);
    expect(sink.events.at(-1)).toBe("closed");
  });

  it("delivers nothing while it is not read", async () => {
    const sink = new Recorder();
    sink.onEach = () => {
      now += 1;
    };
    const { link, ws } = linked(sink);
    ws.give(20);
    link.setReading(false);
    await turn();
    expect(sink.frames).toHaveLength(8);
    link.setReading(true);
    await turn();
    await turn();
    expect(sink.frames).toHaveLength(20);
  });

  it("is rid of what waits when it closes", async () => {
    const sink = new Recorder();
    sink.onEach = () => {
      now += 1;
    };
    const { link, ws } = linked(sink);
    ws.give(20);
    link.close();
    await turn();
    expect(sink.frames).toHaveLength(8);
  });
});

describe("a text message", () => {
  it("of a peer that has spoken Vox lets the session say a last word", () => {
    const refused: string[] = [];
    const sink = Object.assign(new Recorder(), {
      onRefused({ message }: SessionError) {
        refused.push(message);
        link.close();
      },
    });
    const { link, ws } = linked(sink);
    ws.give(1);
    ws.emit("message", Buffer.from("hello"), false);
    expect(refused).toEqual(["protocol error: text frames not allowed on vox websocket link"]);
    expect(ws.closes).toEqual([1000]);
  });

  it("of a stranger ends the link at once", () => {
    const refused: string[] = [];
    const sink = Object.assign(new Recorder(), { onRefused: () => refused.push("") });
    const { ws } = linked(sink);
    ws.emit("message", Buffer.from("hello"), false);
    expect([refused, ws.closes, sink.events]).toEqual([[], [1003], ["closed: Protocol"]]);
  });
});
