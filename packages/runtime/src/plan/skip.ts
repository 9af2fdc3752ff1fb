/**
 * Skips values by their remote type, without making any. Source: `protocol/postcard.md` §6.
 */
import type { Reader } from "../bytes/reader.js";
import { readCount, readTag, takeLength, unknownVariant } from "../postcard/counts.js";
import { decodeFault, endOfInput } from "../postcard/faults.js";
import { readOptionTag } from "../postcard/flags.js";
import { readArrayCount } from "../postcard/memory.js";
import { enter, leave, maxDepth } from "../postcard/nesting.js";
import { readNever } from "../postcard/units.js";
import { takeVarint64 } from "../postcard/varints.js";
import type { SchemaPrimitive } from "../schema/model.js";
import type { FieldsPlan, PlanNode, SkipNode } from "./plan-model.js";

/** Collects skipped channels, whose other ends would wait forever. The binder of a reader may have this interface. */
export interface SkippedChannels {
  skipChannel(channelId: number, direction: "tx" | "rx"): void;
}

/** Moves the reader behind one value. @throws DecodeFault when the bytes are none of the type */
export type Skip = (r: Reader) => void;

/**
 * Calls inside each other that skipping may take: a peer's recursive type may have many types between one level and the
 * next, and the stack of the platform must not be what ends it.
 */
const maxFrames = 4096;

/** Compiles skip nodes; one for all of a plan. */
export class SkipCompiler {
  readonly #known = new Map<SkipNode, Skip>();
  readonly #heights = new Map<SkipNode, number>();

  /** The function that skips a node's values. */
  compile(node: SkipNode): Skip {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    if (!node.isRecursive) {
      const skip = this.#make(node);
      this.#known.set(node, skip);
      return skip;
    }
    let body: Skip = takeNothing;
    let levels = maxDepth;
    const skip: Skip = (r) => {
      if (r.depth >= levels) throw decodeFault(r, `nested deeper than ${levels} levels`, r.position);
      enter(r);
      body(r);
      leave(r);
    };
    this.#known.set(node, skip);
    body = this.#make(node);
    levels = Math.min(maxDepth, Math.floor(maxFrames / heightOf(node, this.#heights)));
    return skip;
  }

  #make(node: SkipNode): Skip {
    if (node.fixedBytes !== undefined) return skipBytes(node.fixedBytes);
    switch (node.kind) {
      case "primitive":
        return primitives[node.type];
      case "channel":
        return skipChannel(node.direction);
      case "all":
        return skipAll(node.parts.map((part) => this.compile(part)));
      case "enum":
        return skipEnum(node.variants.map((parts) => skipAll(parts.map((part) => this.compile(part)))));
      case "option": {
        const some = skipAll(node.parts.map((part) => this.compile(part)));
        return (r) => {
          if (readOptionTag(r)) some(r);
        };
      }
      case "list":
        return this.#list(node.parts);
      case "array":
        return this.#array(node.parts, node.length);
    }
  }

  #list(parts: readonly SkipNode[]): Skip {
    const least = sum(parts, (part) => part.minBytes) ?? 0;
    const fixed = sum(parts, (part) => part.fixedBytes);
    if (fixed !== undefined) {
      return (r) => {
        const count = readCount(r, least);
        advance(r, count * fixed);
      };
    }
    const element = skipAll(parts.map((part) => this.compile(part)));
    return (r) => {
      for (let left = readCount(r, least); left > 0; left--) element(r);
    };
  }

  #array(parts: readonly SkipNode[], length: number): Skip {
    const least = sum(parts, (part) => part.minBytes) ?? 0;
    const element = skipAll(parts.map((part) => this.compile(part)));
    return (r) => {
      for (let left = readArrayCount(r, length, least); left > 0; left--) element(r);
    };
  }
}

/** Whether something is skipped by these plans that may hold a channel. */
export function skipsChannels(nodes: readonly PlanNode[]): boolean {
  const seen = new Set<SkipNode>();
  return nodes.some((node) => skippedBy(node).some((part) => holdsChannel(part, seen)));
}

function skippedBy(node: PlanNode): readonly SkipNode[] {
  if (node.kind === "struct") return skippedFields(node.fields);
  if (node.kind !== "enum") return [];
  return node.variants.flatMap((variant) => (variant.form === "struct" ? skippedFields(variant.fields) : []));
}

function skippedFields({ steps }: FieldsPlan): readonly SkipNode[] {
  return steps.flatMap((step) => (step.action === "skip" ? [step.skip] : []));
}

function holdsChannel(node: SkipNode, seen: Set<SkipNode>): boolean {
  if (node.kind === "channel") return true;
  if (seen.has(node)) return false;
  seen.add(node);
  return partsOf(node).some((part) => holdsChannel(part, seen));
}

/** Types inside each other below a node until one repeats. */
function heightOf(node: SkipNode, known: Map<SkipNode, number>): number {
  const height = known.get(node);
  if (height !== undefined) return height;
  known.set(node, 0);
  const below = partsOf(node).reduce((most, part) => Math.max(most, heightOf(part, known)), 0);
  known.set(node, below + 1);
  return below + 1;
}

function partsOf(node: SkipNode): readonly SkipNode[] {
  switch (node.kind) {
    case "primitive":
    case "channel":
      return [];
    case "enum":
      return node.variants.flat();
    default:
      return node.parts;
  }
}

function takeNothing(_r: Reader): void {}

function skipChannel(direction: "tx" | "rx"): Skip {
  return (r) => {
    const id = takeVarint64(r);
    (r.binder as SkippedChannels | undefined)?.skipChannel(id, direction);
  };
}

/** A varint of up to 64 bits, whatever it is: also one that its type could not hold. */
function takeVarint(r: Reader): void {
  skipVarint(r, 10);
}

/** A varint of up to 128 bits. */
function takeLongVarint(r: Reader): void {
  skipVarint(r, 19);
}

function skipVarint(r: Reader, longest: number): void {
  const { buffer, end } = r;
  const start = r.position;
  let p = start;
  do {
    if (p >= end) endOfInput(r, p);
    if (p - start === longest) throw decodeFault(r, "varint overflow", start);
    p += 1;
  } while ((buffer[p - 1] as number) > 0x7f);
  r.position = p;
}

function takeBytes(r: Reader): void {
  const length = takeLength(r);
  r.position += length;
}

/** No plan skips one: a schema does not say where it ends. */
function refusePayload(r: Reader): void {
  throw decodeFault(r, "a payload of unknown length", r.position);
}

const primitives: Readonly<Record<SchemaPrimitive, Skip>> = {
  bool: skipBytes(1),
  u8: skipBytes(1),
  i8: skipBytes(1),
  u16: takeVarint,
  u32: takeVarint,
  u64: takeVarint,
  u128: takeLongVarint,
  i16: takeVarint,
  i32: takeVarint,
  i64: takeVarint,
  i128: takeLongVarint,
  f32: skipBytes(4),
  f64: skipBytes(8),
  char: takeBytes,
  string: takeBytes,
  bytes: takeBytes,
  unit: takeNothing,
  never: readNever,
  payload: refusePayload,
};

function advance(r: Reader, count: number): void {
  if (count > r.end - r.position) endOfInput(r, r.end);
  r.position += count;
}

function skipBytes(count: number): Skip {
  return count === 0 ? takeNothing : (r) => advance(r, count);
}

function skipAll(parts: readonly Skip[]): Skip {
  const [first, second] = parts;
  if (first === undefined) return takeNothing;
  if (second === undefined) return first;
  if (parts.length === 2) {
    return (r) => {
      first(r);
      second(r);
    };
  }
  return (r) => {
    for (let i = 0; i < parts.length; i++) (parts[i] as Skip)(r);
  };
}

function skipEnum(variants: readonly Skip[]): Skip {
  return (r) => {
    const index = readTag(r);
    const variant = variants[index];
    if (variant === undefined) unknownVariant(r, index);
    else variant(r);
  };
}

function sum(parts: readonly SkipNode[], size: (part: SkipNode) => number | undefined): number | undefined {
  let total = 0;
  for (const part of parts) {
    const bytes = size(part);
    if (bytes === undefined) return undefined;
    total += bytes;
  }
  return total;
}
