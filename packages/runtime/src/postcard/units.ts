/** Types without bytes: unit and never. Source: `protocol/postcard.md` §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { decodeFault, EncodeFault, Misfit } from "./faults.js";

/** Writes nothing. Room: 0. @throws EncodeFault unless the value is undefined */
export function writeUnit(_w: Writer, p: number, value: undefined): number {
  if (value !== undefined) throw new Misfit("unit", value);
  return p;
}

/** Reads nothing. */
export function readUnit(_r: Reader): undefined {
  return undefined;
}

/** @throws EncodeFault always: `never` has no value */
export function writeNever(): never {
  throw new EncodeFault("never has no value");
}

/** @throws DecodeFault always: `never` has no value */
export function readNever(r: Reader): never {
  throw decodeFault(r, "protocol error: received bytes for never primitive", r.position);
}
