/** The changes of the disk that a watcher must report. Pure. */
import { dirname } from "node:path/posix";
import { isInside } from "../files/paths.js";

export interface Interest {
  /** Folders whose `.vox` files count at every depth. */
  readonly trees: readonly string[];
  /** Single files, whether or not they exist yet. */
  readonly files: ReadonlySet<string>;
}

const neverWatched = /\/(node_modules|\.git)(\/|$)/;

/** Folders that a watcher must be put on: all trees, and the folders of single files outside of them. */
export function watchedFolders(interest: Interest): readonly string[] {
  const folders = new Set([...interest.trees, ...[...interest.files].map((file) => dirname(file))]);
  return [...folders].sort();
}

/** Whether a change of this file can change the result of a run. */
export function isInteresting(interest: Interest, path: string): boolean {
  if (interest.files.has(path)) return true;
  return path.endsWith(".vox") && !neverWatched.test(path) && isBelowTree(interest, path);
}

/** Whether a folder must be looked into: it is in a tree, or on the way to something. */
export function isInterestingFolder(interest: Interest, folder: string): boolean {
  for (const file of interest.files) if (isInside(folder, file)) return true;
  if (interest.trees.some((tree) => isInside(folder, tree))) return true;
  return isBelowTree(interest, folder) && !neverWatched.test(folder);
}

function isBelowTree({ trees }: Interest, path: string): boolean {
  return trees.some((tree) => isInside(tree, path));
}

/** Both interests. */
export function joinInterests(a: Interest, b: Interest): Interest {
  return { trees: [...new Set([...a.trees, ...b.trees])], files: new Set([...a.files, ...b.files]) };
}

/** Whether everything that `next` wants is wanted by `known` already. */
export function isCovered(known: Interest, next: Interest): boolean {
  return (
    next.trees.every((tree) => known.trees.some((other) => isInside(other, tree))) &&
    [...next.files].every((file) => isInteresting(known, file))
  );
}
