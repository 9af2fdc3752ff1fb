/** Where a schema is, for the layout of outputs. */
import type { ModelFile } from "../model/model.js";

/**
 * Path of a schema seen from the base folder.
 *
 * @throws RangeError when the two are on different drives
 */
export function schemaPath(file: ModelFile, baseDirectory: string): string {
  const base = partsOf(baseDirectory);
  const path = partsOf(file.path);
  let shared = 0;
  while (shared < base.length && shared < path.length - 1 && base[shared] === path[shared]) shared += 1;
  if (shared === 0 && [base[0], path[0]].some((part) => /^[A-Za-z]:$/.test(part ?? "")))
    throw new RangeError(`${file.path} and ${baseDirectory} are on different drives`);
  return [...base.slice(shared).map(() => ".."), ...path.slice(shared)].join("/");
}

function partsOf(path: string): readonly string[] {
  return path.replaceAll("\\", "/").split("/").filter(Boolean);
}
