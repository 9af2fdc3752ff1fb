import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameDecoder, localFraming, type StreamFraming, streamFraming } from "./framing.js";

const framings: readonly (readonly [name: string, framing: StreamFraming])[] = [
  ["streamFraming", streamFraming],
  ["localFraming", localFraming],
];

function framed(framing: StreamFraming, bodies: readonly Uint8Array[]): Uint8Array {
  const { headerBytes } = framing;
  return Buffer.concat(
    bodies.map((body) => {
      const frame = new Uint8Array(headerBytes + body.length).fill(0xee);
      framing.writeHeader(frame, 0, body.length);
      frame.set(body, headerBytes);
      return frame;
    }),
  );
}

/** Header of a Unix socket's frame. */
function localHeader(bodyBytes: number, descriptors: number): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(bodyBytes, 0);
  header.writeUInt32LE(descriptors, 4);
  return header;
}

/** Reads a stream that is cut at some places. @returns its frames as hex, then the error, if there was one */
function read(
  framing: StreamFraming,
  stream: Uint8Array,
  cuts: readonly number[],
  maxFrameBytes = 1 << 20,
  pausesAt: (frame: number) => boolean = () => false,
): string[] {
  const said: string[] = [];
  let atOnce = 0;
  const decoder = new FrameDecoder(
    { maxFrameBytes },
    (bytes, start, end) => {
      said.push(Buffer.from(bytes.subarray(start, end)).toString("hex"));
      atOnce += 1;
      if (pausesAt(said.length)) decoder.pause();
      if (atOnce > 1 && pausesAt(said.length - 1)) said.push("came in a pause");
    },
    framing,
  );
  const ends = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b);
  let at = 0;
  for (const end of ends) {
    atOnce = 0;
    let fault = decoder.push(Uint8Array.from(stream.subarray(at, end)));
    while (fault === undefined && decoder.isBehind) {
      atOnce = 0;
      fault = decoder.resume();
    }
    if (fault !== undefined) return [...said, `${fault.code}: ${fault.message}`];
    at = end;
  }
  const fault = decoder.finish();
  return fault === undefined ? said : [...said, `${fault.code}: ${fault.message}`];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
const places = fc.array(fc.nat(5000), { maxLength: 40 });

describe.each(framings)("%s", (_name, framing) => {
  it("is read as it was written, wherever the reader pauses", () => {
    fc.assert(
      fc.property(bodies, places, fc.integer({ min: 1, max: 4 }), (list, cuts, period) => {
        const said = read(framing, framed(framing, list), cuts, 1 << 20, (frame) => frame % period === 0);
        expect(said).toEqual(list.map(hex));
      }),
    );
  });

  it("is read as it was written, wherever the stream is cut", () => {
    fc.assert(
      fc.property(bodies, places, (frames, cuts) => {
        expect(read(framing, framed(framing, frames), cuts)).toEqual(frames.map(hex));
      }),
    );
  });

  it("ends with an error inside a frame, and only there", () => {
    fc.assert(
      fc.property(bodies, places, fc.nat(5000), (frames, cuts, length) => {
        const stream = framed(framing, frames);
        const kept = length % (stream.length + 1);
        const said = read(framing, stream.subarray(0, kept), cuts);
        let end = 0;
        const whole = frames.filter((body) => {
          end += framing.headerBytes + body.length;
          return end <= kept;
        });
        expect(said.slice(0, whole.length)).toEqual(whole.map(hex));
        const isBetween = framed(framing, whole).length === kept;
        expect(said.length).toBe(whole.length + (isBetween ? 0 : 1));
        if (!isBetween) expect(said.at(-1)).toMatch(/^Io: io error: stream ended after \d+ of \d+ frame /);
      }),
    );
  });

  it("refuses a length above the limit at its header", () => {
    const header = new Uint8Array(framing.headerBytes);
    framing.writeHeader(header, 0, 101);
    const stream = Buffer.concat([framed(framing, [Uint8Array.of(7)]), header]);
    expect(read(framing, stream, [3], 100)).toEqual([
      "07",
      "Protocol: protocol error: a frame of 101 bytes was announced and may have 100 (limit maxFrameBytes)",
    ]);
  });

  it("is decoded also by a decoder without a limit", () => {
    const body = new Uint8Array(70_000).fill(9);
    expect(read(framing, framed(framing, [body]), [10], Number.POSITIVE_INFINITY)).toEqual([hex(body)]);
  });
});

describe("localFraming", () => {
  it.each([1, 2, 253, 0x1_0000, 0xffff_ffff])(
    "refuses %d descriptors before the body has come, under any limit",
    (descriptors) => {
      const word = descriptors === 1 ? "descriptor" : "descriptors";
      const text = `Protocol: protocol error: a frame came with ${descriptors} file ${word}, which cannot be received here`;
      for (const limit of [10, Number.POSITIVE_INFINITY]) {
        for (const length of [0, 5, 0xffff_ffff]) {
          const stream = Buffer.concat([
            framed(localFraming, [Uint8Array.of(1)]),
            localHeader(length, descriptors),
          ]);
          for (let cut = 0; cut <= stream.length; cut++)
            expect(read(localFraming, stream, [cut], limit)).toEqual(["01", text]);
        }
      }
    },
  );

  it("refuses descriptors with the first frame, too", () => {
    expect(read(localFraming, localHeader(8, 1), [])).toEqual([
      "Protocol: protocol error: a frame came with 1 file descriptor, which cannot be received here",
    ]);
  });

  it("recognises strangers by a number of descriptors that no system passes", () => {
    expect(read(localFraming, Buffer.from("GET / HTTP/1.1\r\n\r\n"), [2])).toEqual([
      "Protocol: protocol error: the peer does not speak Vox: its first bytes look like an HTTP request",
    ]);
    const tcpFrame = framed(streamFraming, [Buffer.from("VOTH\t\0\0\0")]);
    expect(read(localFraming, tcpFrame, [])[0]).toContain("does not speak Vox: its first frame is none");
  });

  it("gives no frame out behind a refused one", () => {
    const stream = Buffer.concat([
      localHeader(1, 1),
      Uint8Array.of(1),
      framed(localFraming, [Uint8Array.of(2)]),
    ]);
    expect(read(localFraming, stream, [])).toHaveLength(1);
  });
});
