/**
 * The eight bytes each way that choose how a link is used. Source: `protocol/wire.md` §3.
 *
 * | offset | bytes | initiator | accepting | refusing                    |
 * |--------|-------|-----------|-----------|-----------------------------|
 * | 0      | 4     | `VOTH`    | `VOTA`    | `VOTR`                      |
 * | 4      | 1     | version 9 | version 9 | version 9                   |
 * | 5      | 1     | mode 0    | mode 0    | reason, 1: unsupported mode |
 * | 6      | 2     | 0         | 0         | 0; ignored on read          |
 */
import { describeForeignBytes } from "../link/foreign-bytes.js";

/** Bytes of a prologue frame. */
const prologueBytes = 8;

const version = 9;
/** One `Message` per frame, the only mode there is. */
const bareMode = 0;
const unsupportedMode = 1;
const magicBytes = 4;

const sizeMismatch = "transport prologue message size mismatch";

/** What the initiator sends first. */
export const prologueHello: Uint8Array = /*@__PURE__*/ prologue("VOTH");
/** What an acceptor answers. */
export const prologueAccept: Uint8Array = /*@__PURE__*/ prologue("VOTA");

/** What is wrong with a prologue, as the reference says it; undefined for a valid prologue. */
export type PrologueFault = string | undefined;

/** Checks what an acceptor received as its first frame. */
export function checkPrologueHello(frame: Uint8Array): PrologueFault {
  if (frame.length !== prologueBytes) return sizeMismatch + describeStranger(frame);
  if (magicOf(frame) !== "VOTH") return `transport hello magic mismatch${describeStranger(frame)}`;
  return checkVersion(frame) ?? checkMode(frame);
}

/** Checks what an initiator received as its first frame. */
export function checkPrologueAnswer(frame: Uint8Array): PrologueFault {
  if (frame.length < magicBytes) return sizeMismatch;
  const magic = magicOf(frame);
  if (magic !== "VOTA" && magic !== "VOTR")
    return `expected TransportAccept or TransportReject${describeStranger(frame)}`;
  if (frame.length !== prologueBytes) return sizeMismatch;
  return checkVersion(frame) ?? (magic === "VOTA" ? checkMode(frame) : describeReject(frame));
}

function prologue(magic: string): Uint8Array {
  const letters = Array.from(magic, (letter) => letter.charCodeAt(0));
  return Uint8Array.from([...letters, version, bareMode, 0, 0]);
}

function magicOf(frame: Uint8Array): string {
  return String.fromCharCode(...frame.subarray(0, magicBytes));
}

function checkVersion(frame: Uint8Array): PrologueFault {
  return frame[magicBytes] === version ? undefined : `unsupported transport version ${frame[magicBytes]}`;
}

function checkMode(frame: Uint8Array): PrologueFault {
  const mode = frame[magicBytes + 1];
  return mode === bareMode ? undefined : `unknown conduit mode ${mode}`;
}

function describeReject(frame: Uint8Array): string {
  const reason = frame[magicBytes + 1];
  return reason === unsupportedMode
    ? "transport rejected: unsupported conduit mode"
    : `unknown transport reject reason ${reason}`;
}

/** Names the other protocol that a peer speaks, if its bytes show it. */
function describeStranger(frame: Uint8Array): string {
  const foreign = frame.length < magicBytes ? undefined : describeForeignBytes(frame);
  return foreign === undefined || magicOf(frame).startsWith("VOT")
    ? ""
    : `: the peer does not speak Vox, its first bytes look like ${foreign}`;
}
