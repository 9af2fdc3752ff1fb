/** The good inputs of `fixtures/good`. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Host } from "@voxrpc/codegen";

const goodFolder: string = fileURLToPath(new URL("../../fixtures/good/", import.meta.url));

/** Path under `fixtures/good` → text. */
export const goodFiles: ReadonlyMap<string, string> = new Map(
  readdirSync(goodFolder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".vox"))
    .sort()
    .map((path) => [path, readFileSync(`${goodFolder}${path}`, "utf8")]),
);

/** The folder as the compiler sees it: its root is `/`. */
export const goodHost: Host = { read: (path) => goodFiles.get(path.slice(1)) };
