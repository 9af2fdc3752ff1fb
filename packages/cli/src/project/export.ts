/** The crate that calls vox-export, written where cargo finds it. */

import { descriptorsOf } from "../cargo/crate.js";
import { findCrates } from "../cargo/crates.js";
import { exportCrate } from "../cargo/export.js";
import type { Manifest } from "../cargo/manifest.js";
import { rustHost } from "../cargo/rust-host.js";
import { Roots } from "../files/roots.js";
import { applyChanges } from "../output/apply.js";
import type { Environment } from "./environment.js";

/**
 * Writes a crate that prints the services of another crate. It is in the target folder of the other crate's workspace.
 *
 * @param services functions that describe services; empty: those of the text
 * @returns its absolute folder
 * @throws CliError
 */
export async function prepareExport(
  crate: Manifest & { readonly crateName: string },
  services: readonly string[],
  { cwd, variables }: Pick<Environment, "cwd" | "variables">,
): Promise<string> {
  const { importRust } = await import("@voxrpc/codegen/rust");
  const descriptors = descriptorsOf(crate, services, () => {
    const found = findCrates([crate.folder], cwd);
    return importRust(rustHost(new Roots([crate.folder], found.folders)), {
      ...found,
      wanted: new Set([crate.crateName]),
    });
  });
  const { folder, files } = exportCrate({ crate, descriptors, packageName: crate.crateName, variables });
  const changes = Object.entries(files).map(([name, after]) => ({
    change: "updated" as const,
    path: `${folder}/${name}`,
    before: undefined,
    after,
  }));
  applyChanges(changes, folder, new Roots([folder], []));
  return folder;
}
