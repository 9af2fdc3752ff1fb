/** What strangers may open with, as bodies of frames: the same on every transport. */
import { handshakeFrames } from "../support/raw-peer.js";

/** Bytes of a text whose characters are bytes. */
export const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

const prologue = latin1("VOTH\x09\0\0\0");

/** The frames of an honest client. */
export const honestOpening: readonly Uint8Array[] = handshakeFrames("initiator");

/** An opening that a server refuses: its frames, and what the observer gets, as `code: message`. */
export type WrongOpening = readonly [name: string, bodies: readonly Uint8Array[], hears: RegExp];

export const wrongOpenings: readonly WrongOpening[] = [
  ["a prologue that is too long", [latin1("VOTH\x09\0\0\0\0")], /Protocol.*size mismatch/],
  ["an empty frame", [latin1("")], /Protocol.*size mismatch/],
  ["the prologue of an acceptor", [latin1("VOTA\x09\0\0\0")], /Protocol.*magic mismatch/],
  ["another version", [latin1("VOTH\x0a\0\0\0")], /Protocol.*version 10/],
  ["another mode", [latin1("VOTH\x09\x07\0\0")], /Protocol.*mode 7/],
  ["a prologue only", [prologue], /ConnectTimeout.*handshake had not finished/],
  ["no CBOR", [prologue, latin1("\xff\xff\xff\xff")], /Protocol.*handshake/],
  ["an empty Hello", [prologue, latin1("")], /Protocol.*handshake/],
  ["CBOR without end", [prologue, Buffer.alloc(100_000, 0x81)], /Protocol.*handshake/],
  ["CBOR that promises 2^32 entries", [prologue, latin1("\xba\xff\xff\xff\xff")], /Protocol.*handshake/],
  ["a Hello of 2 MiB", [prologue, Buffer.alloc(2 << 20)], /Protocol.*limit/],
  ["a Hello, and then nothing", honestOpening.slice(0, 2), /ConnectTimeout/],
  ["a Hello twice", [0, 1, 1].map((at) => honestOpening[at] as Uint8Array), /Protocol/],
];
