/** Carries out a plan: all of it, or as little as the disk allows. */
import { randomBytes } from "node:crypto";
import { mkdirSync, realpathSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path/posix";
import { CliError, fileError } from "../errors.js";
import { isInside, slashes } from "../files/paths.js";
import type { Roots } from "../files/roots.js";
import { linkStatOf, statOf } from "../files/text-file.js";
import type { PlannedChange } from "./plan.js";

interface Prepared {
  readonly temporary: string;
  readonly target: string;
}

/**
 * Carries changes out. Every text is written to a temporary file beside its target first, then all are renamed: a full
 * disk or a forbidden folder is found out before anything has changed, and no reader ever sees half a file. Removals
 * come before the renames.
 *
 * @param outDirectory folders below it that a removal leaves empty are removed too
 * @param roots folders that may be written to. When one path leads out of them, nothing is written
 * @throws CliError `File`
 */
export function applyChanges(
  changes: readonly PlannedChange[],
  outDirectory: string,
  roots: Pick<Roots, "problem">,
): void {
  for (const { path, after } of changes) {
    const problem = roots.problem(after === undefined ? dirname(path) : path);
    if (problem !== undefined)
      throw new CliError("File", `${path} ${problem}, so nothing was written`, {
        help: "name the real folder, in the config or on the command line",
      });
  }
  const prepared: Prepared[] = [];
  try {
    for (const { path, after } of changes) if (after !== undefined) prepared.push(prepare(path, after));
    for (const { path, after } of changes) if (after === undefined) remove(path, outDirectory);
    while (prepared[0] !== undefined) {
      rename(prepared[0]);
      prepared.shift();
    }
  } finally {
    for (const { temporary } of prepared) removeQuietly(temporary);
  }
}

function prepare(path: string, text: string): Prepared {
  const target = realTarget(path);
  const folder = dirname(target);
  const temporary = `${folder}/.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    makeFolder(folder);
    writeFileSync(temporary, text, { flag: "wx" });
  } catch (error) {
    removeQuietly(temporary);
    throw fileError("write", path, error);
  }
  return { temporary, target };
}

/** Step by step: where a folder cannot be made, as below /proc, Node's own way of making all of them may never end. */
function makeFolder(folder: string): void {
  if (statOf(folder)?.isDirectory() === true) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it in the meantime.
    if (statOf(folder)?.isDirectory() !== true) throw error;
  }
}

/** A symbolic link stays one: the file that it leads to is written. */
function realTarget(path: string): string {
  if (linkStatOf(path)?.isSymbolicLink() !== true) return path;
  try {
    return slashes(realpathSync(path));
  } catch {
    return path;
  }
}

function rename({ temporary, target }: Prepared): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    throw fileError("write", target, error);
  }
}

function remove(path: string, outDirectory: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    throw fileError("remove", path, error);
  }
  let folder = dirname(path);
  while (folder !== outDirectory && isInside(outDirectory, folder)) {
    try {
      rmdirSync(folder);
    } catch {
      return; // Not empty.
    }
    folder = dirname(folder);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone, or was never there.
  }
}
