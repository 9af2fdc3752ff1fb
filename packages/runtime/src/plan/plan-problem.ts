/** Why a plan cannot be built, in the words of the reference. Source: `protocol/schemas.md` §6. */
import { shorten } from "../postcard/problems.js";

/** What kind of reason it is. */
export type PlanProblemCode =
  /** Structs or enums of different names. */
  | "name"
  /** Different kinds of types, or different primitives. */
  | "kind"
  /** A field without default that the peer does not have; when writing, one of the peer that is no option. */
  | "missing-field"
  /** A variant with another form of payload. */
  | "variant-payload"
  /** Tuples of different lengths. */
  | "tuple-length"
  /** Fixed arrays of different lengths. */
  | "array-length"
  /** A type id without a schema. */
  | "unknown-schema"
  /** A type variable without an argument. */
  | "unresolved-variable"
  /** A payload that would be skipped: nothing says where it ends. */
  | "payload"
  /** The schemas are larger or deeper than a plan may be. */
  | "limit";

/** One reason why a value cannot be read or written. */
export interface PlanProblem {
  readonly code: PlanProblemCode;
  /** Where: `.field`, `::Variant`, `.0`, concatenated; empty at the root. */
  readonly path: string;
  /** What the peer has, as a type name. */
  readonly remote: string;
  /** What we expect, as a type name. */
  readonly local: string;
  /** What is wrong, without the place. */
  readonly reason: string;
}

/** A problem with its place, as the reference writes it: `at .a.b: structural mismatch: …`. */
export function problemText(problem: PlanProblem): string {
  return problem.path === "" ? problem.reason : `at ${problem.path}: ${problem.reason}`;
}

const maxShown = 3;

/** Several problems in one line; of many the first ones. */
export function problemsText(problems: readonly PlanProblem[]): string {
  const shown = problems.slice(0, maxShown).map(problemText).join("; ");
  const more = problems.length - maxShown;
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

const maxNames = 16;

/** Names of fields or variants in a text: of many the first ones. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map(shorten).join(", ");
  return names.length > maxNames ? `${shown}, and ${names.length - maxNames} more` : shown;
}

const longestPath = 400;

/** One step further down. A peer chooses its names: paths stay short. */
export function extendPath(path: string, separator: "." | "::", name: string | number): string {
  if (path.length > longestPath) return path;
  return `${path}${separator}${typeof name === "string" ? shorten(name) : name}`;
}
