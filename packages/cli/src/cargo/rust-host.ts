/** The compiler's host over Rust files on disk. */
import type { Host } from "@voxrpc/codegen";
import type { Roots } from "../files/roots.js";
import { readTextFile, statOf } from "../files/text-file.js";

/** Reads `.rs` files below some folders, and nothing else. */
export function rustHost(roots: Roots): Host {
  return {
    read(path) {
      if (!path.endsWith(".rs") || roots.problem(path) !== undefined) return undefined;
      return statOf(path)?.isFile() === true ? readTextFile(path) : undefined;
    },
  };
}
