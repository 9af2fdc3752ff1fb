/**
 * Lengths of time as numbers of milliseconds. Rust's `Duration` travels as (u64 seconds, u32 nanoseconds), chrono's
 * `TimeDelta` as (i64 seconds, i32 nanoseconds), both parts with its sign. Source: `protocol/postcard.md` §2.
 */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { decodeFault, EncodeFault } from "./faults.js";
import { readI32, writeI32 } from "./integers.js";
import { describeValue } from "./problems.js";
import { readU32, writeU32 } from "./u32.js";
import { readU64, writeU64Number } from "./u64.js";
import { readI64, writeI64Number } from "./wide-integers.js";

const perSecond = 1000;
const nanosPerMs = 1_000_000;
const nanosPerSecond = 1_000_000_000;
const longest = Number.MAX_SAFE_INTEGER;

/** What keeps a value from being a duration; undefined when nothing does. */
export function durationProblem(value: unknown, isSigned: boolean): string | undefined {
  const type = isSigned ? "timedelta" : "duration";
  if (typeof value !== "number")
    return `expected a number of milliseconds for ${type}, got ${describeValue(value)}`;
  const least = isSigned ? -longest : 0;
  if (value >= least && value <= longest) return undefined;
  return `${type} takes ${least} to ${longest} milliseconds, got ${describeValue(value)}`;
}

/** Writes milliseconds, rounded to nanoseconds. Room: 15. @throws EncodeFault unless 0 to 2^53 - 1 */
export function writeDuration(w: Writer, p: number, value: number): number {
  const problem = durationProblem(value, false);
  if (problem !== undefined) throw new EncodeFault(problem);
  let seconds = Math.floor(value / perSecond);
  let nanos = Math.round((value - seconds * perSecond) * nanosPerMs);
  if (nanos === nanosPerSecond) {
    seconds += 1;
    nanos = 0;
  }
  return writeU32(w, writeU64Number(w, p, seconds), nanos);
}

/** Writes milliseconds of either sign, rounded to nanoseconds. Room: 15. @throws EncodeFault past ±(2^53 - 1) */
export function writeTimedelta(w: Writer, p: number, value: number): number {
  const problem = durationProblem(value, true);
  if (problem !== undefined) throw new EncodeFault(problem);
  let seconds = Math.trunc(value / perSecond);
  let nanos = Math.round((value - seconds * perSecond) * nanosPerMs);
  if (Math.abs(nanos) === nanosPerSecond) {
    seconds += Math.sign(nanos);
    nanos = 0;
  }
  // Both would be written as 0 without the sign of zero, which an integer does not have.
  return writeI32(w, writeI64Number(w, p, seconds + 0), nanos + 0);
}

/** Reads milliseconds. @throws DecodeFault for more than 2^53 - 1 */
export function readDuration(r: Reader): number {
  const start = r.position;
  return milliseconds(r, start, Number(readU64(r)), readU32(r));
}

/** Reads milliseconds of either sign. @throws DecodeFault past ±(2^53 - 1) */
export function readTimedelta(r: Reader): number {
  const start = r.position;
  return milliseconds(r, start, Number(readI64(r)), readI32(r));
}

function milliseconds(r: Reader, start: number, seconds: number, nanos: number): number {
  const value = seconds * perSecond + nanos / nanosPerMs;
  if (Math.abs(value) > longest) throw decodeFault(r, "longer than 2^53 milliseconds", start);
  return value;
}
