/** Which form of the program runs: its modules one by one, or the bundle that is made of them. */
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Entry of the bundle, beside this module. */
export const bundleUrl: URL = new URL("./bundle/main.js", import.meta.url);

/**
 * Each build of the packages in the bundle writes these files. An installed package has none of them: its bundle is as
 * old as the rest.
 */
const buildStamps = ["./.tsbuildinfo", "../../codegen/dist/.tsbuildinfo", "../../runtime/dist/.tsbuildinfo"];

/** Whether there is a bundle that is not older than the packages in it. */
export function isBundleFresh(): boolean {
  const made = modifiedAt(bundleUrl);
  if (made === undefined) return false;
  return buildStamps.every((stamp) => (modifiedAt(new URL(stamp, import.meta.url)) ?? 0) <= made);
}

function modifiedAt(url: URL): number | undefined {
  return statSync(fileURLToPath(url), { throwIfNoEntry: false })?.mtimeMs;
}
