/**
 * Who may change a generated file. Each one names its owner in its header: the config file of the run that made it, or
 * the schema that it was made of where a run named its schemas. As long as the owner exists, the file is the owner's: a
 * run of another one neither overwrites nor removes it. A file whose owner is gone belongs to the next run that wants
 * it.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path/posix";
import { absolutePath, shownPath } from "../files/paths.js";
import { realPath } from "../files/text-file.js";
import type { GeneratedHeader } from "./header.js";

/** The owner of what a run makes: absolute path of the config; undefined: each output belongs to its schema. */
export type RunOwner = string | undefined;

/** The owner of an output, as its header says it: the path seen from the folder of the output. */
export function ownerText(output: string, owner: string): string {
  return encode(shownPath(realPath(dirname(output)), realPath(owner)));
}

/** Absolute path of the owner that a header names; undefined where it names none. */
export function ownerOf(output: string, { owner }: GeneratedHeader): string | undefined {
  return owner === undefined ? undefined : absolutePath(realPath(dirname(output)), decode(owner));
}

/** The rights of an owner over an existing generated file. */
export type Claim =
  | { readonly kind: "own" | "free" | "adopted" }
  | { readonly kind: "foreign"; readonly owner: string };

/**
 * @param mine owner of the output that is wanted there
 * @param source schema of that output; undefined when none is wanted. A config takes over what a run with this schema's
 *   name has made
 */
export function claimOf(
  output: string,
  header: GeneratedHeader,
  mine: string,
  source: string | undefined,
): Claim {
  const owner = ownerOf(output, header);
  if (owner === undefined) return { kind: "free" };
  if (owner === realPath(mine)) return { kind: "own" };
  if (!existsSync(owner)) return { kind: "free" };
  if (source !== undefined && owner === realPath(source)) return { kind: "adopted" };
  return { kind: "foreign", owner };
}

/**
 * Whether a run removes an output that it does not want. It does when the output is its own, or when the owner is gone.
 * It leaves the output when the owner's folder is gone too: this checkout may not have it. It also leaves an output
 * without an owner.
 *
 * @param config of a run that makes everything that its config requests; undefined for any other run
 */
export function isStale(output: string, header: GeneratedHeader, config: RunOwner): boolean {
  const owner = ownerOf(output, header);
  if (owner === undefined) return false;
  if (config !== undefined && owner === realPath(config)) return true;
  return !existsSync(owner) && existsSync(dirname(owner));
}

/** A path that survives a comment: what cannot be seen, and `%`, as in a URL. */
function encode(path: string): string {
  return path.replace(/\p{Cs}/gu, "\ufffd").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}%]/gu, encodeURIComponent);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
