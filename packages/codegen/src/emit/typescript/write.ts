/** How a value is written: expressions that take a position and give the next one, and statements made of them. */

import { upperFirst } from "../../model/names.js";
import { block, conditional, joined, type Layout } from "../layout.js";
import type { FileScope } from "./file-scope.js";
import { type Room, roomOf, tagRoom } from "./measure.js";
import { valueText } from "./types.js";
import { isWrapped, type ValueType } from "./value-type.js";

/** One value to write at `p`. */
export interface Step {
  readonly room: Room;
  /** An expression in `w` and `p`: the next position. */
  readonly text: Layout;
}

/** The step that writes a value. @param value an expression that may be evaluated more than once */
export function writeStep(type: ValueType, value: string, file: FileScope): Step {
  return { room: roomOf(type), text: writeText(type, "p", value, file) };
}

/** The step that writes the position of a variant. */
export function tagStep(index: number): Step {
  return { room: { head: tagRoom, isBounded: true }, text: `$.writeTag(w, p, ${index})` };
}

/** The step that writes a count. */
export function countStep(count: string): Step {
  return { room: { head: tagRoom, isBounded: true }, text: `$.writeCount(w, p, ${count})` };
}

/** Makes room at `p`. */
export function reserve(bytes: number): string {
  return `if (p + ${bytes} > w.limit) w.grow(p, ${bytes});`;
}

/** The end of a run of steps, and the code that reserves room for it. */
export interface RunOptions {
  /** The last step is returned instead of assigned to `p`. Default false. */
  readonly returns?: boolean;
  /** The caller has made room. Default false. */
  readonly hasRoom?: boolean;
  /** Bytes that the caller has reserved for the first values. Default 0. */
  readonly given?: number;
}

/** Statements that write several values, room requested once for each run of bounded ones. */
export function writeSteps(
  steps: readonly Step[],
  { returns = false, hasRoom = false, given = 0 }: RunOptions = {},
): readonly Layout[] {
  const lines: Layout[] = [];
  let pending: Layout[] = [];
  let head = 0;
  const flush = (): void => {
    if (head > 0 && !hasRoom && !(lines.length === 0 && head <= given)) lines.push(reserve(head));
    lines.push(...pending);
    pending = [];
    head = 0;
  };
  for (const [at, { room, text }] of steps.entries()) {
    const isLast = at === steps.length - 1;
    head += room.head;
    pending.push(statement(returns && isLast ? "return " : "p = ", text));
    if (!room.isBounded) flush();
  }
  flush();
  if (returns && steps.length === 0) lines.push("return p;");
  return lines;
}

/** Bytes that must be reserved before the first values, until one makes its own room. */
export function firstRoom(steps: readonly Step[]): number {
  let head = 0;
  for (const { room } of steps) {
    head += room.head;
    if (!room.isBounded) break;
  }
  return head;
}

function statement(start: string, text: Layout): Layout {
  return { kind: "joined", parts: [start, text, ";"] };
}

/**
 * The expression that writes a value at position `p`.
 *
 * @param p an expression that is evaluated once
 * @param value an expression that may be evaluated more than once
 */
export function writeText(type: ValueType, p: string, value: string, file: FileScope): Layout {
  if (type.kind === "payload") return writeText(type.content, p, value, file);
  if (type.kind === "option") {
    const { element } = type;
    if (element.kind === "parameter") return `${file.optionOf(element.name)}.write(w, ${p}, ${value})`;
    const inner = isWrapped(element) ? `$.expectObject(${value}, "Some").some` : value;
    const some = `$.writeSome(w, ${p})`;
    // The writer of an inner option looks at its value twice.
    const whenSome =
      element.kind === "option"
        ? `${file.writer(element)}(w, ${some}, ${inner})`
        : writeText(element, some, inner, file);
    return conditional(`${value} === undefined`, `$.writeNone(w, ${p})`, whenSome);
  }
  if (type.kind === "channel")
    return `$.write${upperFirst(type.direction)}(w, ${p}, ${value}, ${file.item(type.element)})`;
  if (type.kind === "primitive" && type.name === "never") return "$.writeNever()";
  if (type.kind === "array" && type.typed)
    return `${typedWriter(type.element)}Array(w, ${p}, ${value}, ${type.length})`;
  return `${directWriter(type, file)}(w, ${p}, ${value})`;
}

/** A function that writes a value and makes its own room: for codecs and methods. */
export function writeFunction(type: ValueType, file: FileScope): Layout {
  if (type.kind === "payload") return writeFunction(type.content, file);
  const step = writeStep(type, "v", file);
  const isDirect = type.kind !== "option" && step.room.head === 0 && !(type.kind === "array" && type.typed);
  if (isDirect) return directWriter(type, file);
  return block("(w, p, v) => {", writeSteps([step], { returns: true }));
}

/** Bytes that the runtime reserves before it writes each argument of a method. */
const argumentRoom = 64;

/** A function that writes an argument of a method, with room for {@link argumentRoom} bytes. */
export function writeArgument(type: ValueType, file: FileScope): Layout {
  if (type.kind === "payload") return writeArgument(type.content, file);
  if (roomOf(type).head > argumentRoom) return writeFunction(type, file);
  if (!isAnnotatedArgument(type)) return directWriter(type, file);
  return joined(`(w, p, v: ${valueText(type, file)}) => `, writeText(type, "p", "v", file));
}

/** Whether an argument is written by an expression, in a function that names its type. */
export function isAnnotatedArgument(type: ValueType): boolean {
  if (roomOf(type).head > argumentRoom) return false;
  if (type.kind === "primitive") return type.name === "never";
  return type.kind === "option" || type.kind === "channel" || (type.kind === "array" && type.typed);
}

/** The function `(w, p, value)` that writes a type; room as {@link roomOf} says. */
function directWriter(type: ValueType, file: FileScope): string {
  if (type.kind === "primitive") {
    // A 128-bit integer that is a number is written as one of 64 bits: the bytes are the same.
    if (type.asNumber) return `$.write${upperFirst(type.name).replace("128", "64")}Number`;
    return `$.write${upperFirst(type.name)}`;
  }
  if (type.kind === "parameter") return `${file.parameter(type.name)}.write`;
  if (type.kind === "list" && type.typed) return typedWriter(type.element);
  return floatList(type, "write") ?? file.writer(type);
}

function typedWriter(element: ValueType): string {
  return `$.writeTyped${element.kind === "primitive" ? element.name.toUpperCase() : ""}`;
}

/** `f64[]` and `f32[]` have functions of their own: count and elements in one loop. */
export function floatList(type: ValueType, verb: "write" | "read"): string | undefined {
  if (type.kind !== "list" || type.typed || type.element.kind !== "primitive") return undefined;
  const { name } = type.element;
  return name === "f64" || name === "f32" ? `$.${verb}${name.toUpperCase()}List` : undefined;
}
