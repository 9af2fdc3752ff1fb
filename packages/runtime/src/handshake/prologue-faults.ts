/** What is wrong with a prologue. */
import { describeForeignBytes } from "../link/foreign-bytes.js";
import { bareMode, magicBytes, prologueBytes, transportVersion } from "./prologue.js";

const unsupportedMode = 1;
const sizeMismatch = "transport prologue message size mismatch";

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

function magicOf(frame: Uint8Array): string {
  return String.fromCharCode(...frame.subarray(0, magicBytes));
}

function checkVersion(frame: Uint8Array): PrologueFault {
  return frame[magicBytes] === transportVersion
    ? undefined
    : `unsupported transport version ${frame[magicBytes]}`;
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
