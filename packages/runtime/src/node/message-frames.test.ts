import type { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import * as library from "ws";
import { MessageFrames } from "./message-frames.js";

/** The library's reader, which its types leave out. */
const { Receiver } = library as unknown as { readonly Receiver: new (options: object) => Writable };

/** What the library reads of the bytes of a client, or of a server. */
function read(bytes: Buffer, isMasked: boolean): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer: isMasked, allowSynchronousEvents: true, maxPayload: 1 << 26 });
    const messages: Buffer[] = [];
    receiver.on("message", (data: Buffer) => messages.push(data));
    receiver.on("error", reject);
    receiver.write(bytes, () => resolve(messages));
  });
}

describe.each([true, false])("messages, masked: %s", (isMasked) => {
  it("of all sizes are read as they were", async () => {
    const sizes = [0, 1, 3, 125, 126, 127, 65_535, 65_536, 65_537, 300_000];
    const bodies = sizes.map((size, seed) => Uint8Array.from({ length: size }, (_, at) => at * 31 + seed));
    const batch = Buffer.concat([Buffer.alloc(5), ...bodies]);
    let end = 5;
    const ends = bodies.map((body) => {
      end += body.length;
      return end;
    });
    const frames = new MessageFrames(isMasked);
    const pieces: Buffer[] = [];
    for (let from = 0; from < ends.length; ) {
      const start = from === 0 ? 5 : (ends[from - 1] as number);
      const to = frames.pieceEnd(start, ends, from, ends.length);
      expect(to).toBeGreaterThan(from);
      pieces.push(frames.write(batch, start, ends, from, to));
      from = to;
    }
    expect(pieces.length).toBeGreaterThan(1);
    const messages = await read(Buffer.concat(pieces), isMasked);
    expect(
      messages.map((message) => Buffer.compare(message, bodies[messages.indexOf(message)] as Uint8Array)),
    ).toEqual(sizes.map(() => 0));
  });
});

it("masks change from message to message, and when the drawn ones are used up", () => {
  const frames = new MessageFrames(true);
  const masks = new Set<string>();
  for (let index = 0; index < 5000; index++) {
    masks.add(
      frames
        .write(Uint8Array.of(0, 0, 0, 0), 0, [4], 0, 1)
        .subarray(2, 6)
        .toString("hex"),
    );
  }
  expect(masks.size).toBeGreaterThan(4990);
});
