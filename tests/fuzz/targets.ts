/**
 * What is fuzzed, and what must hold for any input: an error is one of ours, and what was read is written and read again as
 * the same. Inputs are mutated examples of `fixtures/`; no coverage is asked for.
 */
import { readdirSync, readFileSync } from "node:fs";
import { compile, memoryHost, openLock, writeLock } from "@voxrpc/codegen";
import { defaultLimits, VoxError } from "@voxrpc/runtime";
import type { Codec } from "@voxrpc/runtime/gen/v1";
import { DecodeFault } from "@voxrpc/runtime/gen/v1";
import { decodeCbor, encodeCbor, readSchemaPayload } from "@voxrpc/runtime/internal/schema";
import { decodeHandshakeMessage } from "../../packages/runtime/src/handshake/handshake-messages.js";
import { FrameDecoder } from "../../packages/runtime/src/link/framing.js";
import { decodeMessage, MessageHead } from "../../packages/runtime/src/wire/message.js";
import { Metadata } from "../../packages/runtime/src/wire/metadata.js";
import { codecOf, loadModel, modelOf } from "../emit/generated.js";
import { mutateBytes, mutateText, type Random } from "./mutate.js";

const fixtures = new URL("../../fixtures/", import.meta.url);

/** One kind of input. Making one is slow, so it is made when it is asked for. */
export interface Target {
  /** A new input. */
  make(random: Random): Uint8Array;
  /** @throws Error for a finding: an error that is none of ours passes as it is */
  check(input: Uint8Array): void;
}

/** Runs what may refuse its input. @returns undefined when it did */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof VoxError || error instanceof DecodeFault) return undefined;
    throw error;
  }
}

function fixture(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, fixtures), "utf8"));
}

/** All bytes that a fixture has as hex, whatever they belong to. */
function bytesOf(value: unknown, found: Uint8Array[] = []): Uint8Array[] {
  if (typeof value === "string") {
    if (value.length % 2 === 0 && /^[0-9a-f]{2,20000}$/.test(value)) found.push(Buffer.from(value, "hex"));
  } else if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) bytesOf(part, found);
  return found;
}

function byteTarget(corpus: readonly Uint8Array[], check: (input: Uint8Array) => void): Target {
  return {
    make: (random) => mutateBytes(corpus[random(corpus.length)] as Uint8Array, corpus, random),
    check,
  };
}

function framed(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + frame.length);
  new DataView(bytes.buffer).setUint32(0, frame.length, true);
  bytes.set(frame, 4);
  return bytes;
}

/** Frames of a stream that arrives in pieces. */
function framesOf(stream: Uint8Array, piece: number): readonly string[] {
  const frames: string[] = [];
  const decoder = new FrameDecoder({ maxFrameBytes: 4096 }, (bytes, start, end) => {
    frames.push(Buffer.from(bytes.slice(start, end)).toString("hex"));
  });
  for (let at = 0; at < stream.length; at += piece) {
    const fault = decoder.push(stream.slice(at, at + piece));
    // What the error says depends on how much of the first bytes is there.
    if (fault !== undefined) return [...frames, "refused"];
  }
  return frames;
}

function same(what: string, one: unknown, other: unknown): void {
  if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error(`${what} differ`);
}

const schemaLimits = { ...defaultLimits, maxSchemaBytes: 1 << 16, maxSchemaNodes: 4096 };

/** A codec for each declared type of a schema, and values of zeros to begin with. */
function codecs(): readonly Codec<unknown>[] {
  const text = readFileSync(new URL("../schemas/everything.vox", fixtures), "utf8");
  const model = modelOf({ "/test.vox": text });
  const exports = loadModel(model);
  return model.files
    .flatMap((file) => file.types)
    .filter(({ parameters }) => parameters.length === 0)
    .map(({ name }) => codecOf(exports, name));
}

function voxTexts(): string[] {
  return ["good/", "bad/"].flatMap((folder) =>
    readdirSync(new URL(folder, fixtures))
      .filter((name) => name.endsWith(".vox"))
      .map((name) => readFileSync(new URL(folder + name, fixtures), "utf8"))
      .filter((text) => text.length < 4000),
  );
}

function textTarget(corpus: readonly string[], check: (text: string) => void): Target {
  return {
    make: (random) => Buffer.from(mutateText(corpus[random(corpus.length)] as string, corpus, random)),
    check: (input) => check(Buffer.from(input).toString("utf8")),
  };
}

/** Makes each target. */
export const targets: Readonly<Record<string, () => Target>> = {
  frames() {
    const streams = bytesOf(fixture("golden/wire.json")).map((frame) =>
      Buffer.concat([framed(frame), framed(frame)]),
    );
    return byteTarget(streams, (input) =>
      same("frames in pieces", framesOf(input, 3), framesOf(input, 1 << 20)),
    );
  },
  messages() {
    return byteTarget(bytesOf(fixture("golden/wire.json")), (input) => {
      attempt(() => {
        // A fresh one: fields that a kind of message does not have keep what was in them.
        const head = new MessageHead();
        decodeMessage(head, input, 0, input.length, defaultLimits);
        if (head.metadataEnd > head.metadataStart) {
          const metadata = Metadata.decode(input, head.metadataStart, head.metadataEnd);
          for (const { key } of metadata) key.normalize();
        }
      });
    });
  },
  handshake: () =>
    byteTarget(bytesOf(fixture("golden/handshake.json")), (input) => {
      attempt(() => decodeHandshakeMessage(input, defaultLimits));
    }),
  cbor: () =>
    byteTarget(bytesOf(fixture("golden/handshake.json")), (input) => {
      const value = attempt(() => decodeCbor(input, { maxBytes: 1 << 16, maxDepth: 64 }));
      if (value === undefined) return;
      // `undefined` is read and never written.
      const bytes = attempt(() => encodeCbor(value));
      if (bytes === undefined) return;
      const again = encodeCbor(decodeCbor(bytes, { maxBytes: 1 << 17, maxDepth: 64 }));
      if (Buffer.compare(bytes, again) !== 0) throw new Error("CBOR read twice differs");
    }),
  schemas: () =>
    byteTarget(bytesOf(fixture("golden/handshake.json")), (input) => {
      attempt(() => readSchemaPayload(input, schemaLimits));
    }),
  decoders() {
    const all = codecs();
    const corpus = [new Uint8Array(64), ...bytesOf(fixture("golden/postcard.json"))];
    return byteTarget(corpus, (input) => {
      for (const codec of all) {
        const value = attempt(() => codec.decode(input));
        if (value === undefined) continue;
        const bytes = codec.encode(value).slice();
        const again = codec.encode(codec.decode(bytes, { strict: true }));
        if (Buffer.compare(bytes, again) !== 0) throw new Error("a value written, read and written differs");
      }
    });
  },
  vox: () =>
    textTarget(voxTexts(), (text) => {
      const { model, diagnostics } = compile(memoryHost({ "/a.vox": text }), ["/a.vox"]);
      if ((model === undefined) !== diagnostics.some(({ severity }) => severity === "error"))
        throw new Error("a model and an error, or neither");
    }),
  lock() {
    const text = readFileSync(new URL("../schemas/everything.vox", fixtures), "utf8");
    const lock = writeLock(modelOf({ "/test.vox": text }), "/");
    return textTarget([lock], (changed) => {
      openLock(changed, "/locked");
    });
  },
};
