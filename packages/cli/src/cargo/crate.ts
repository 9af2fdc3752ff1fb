/** The crate that `--crate` names, and the functions that describe its services. */
import type { RustImport } from "@voxrpc/codegen/rust";
import { CliError } from "../errors.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { type Manifest, readManifest } from "./manifest.js";

/**
 * The library crate in a folder.
 *
 * @throws CliError `Usage` when there is none
 */
export function libraryIn(path: string, cwd: string): Manifest & { readonly crateName: string } {
  const folder = absolutePath(cwd, path);
  const manifest = readManifest(folder);
  const { crateName, root } = manifest ?? {};
  if (manifest === undefined || crateName === undefined)
    throw new CliError("Usage", `${shownPath(cwd, folder)} holds no crate`, {
      help: "name the folder of a Cargo.toml with a package",
    });
  if (root === undefined || root.endsWith("/main.rs"))
    throw new CliError("Usage", `the crate ${crateName} has no library, so nothing can depend on it`, {
      help: "move the services to src/lib.rs",
    });
  return { ...manifest, crateName };
}

/**
 * Functions that describe the services of a crate: those that are named, else those of the text.
 *
 * @param named as `--service` gives them
 * @throws CliError `Usage` when there is none, or one is no path
 */
export function descriptorsOf(
  { crateName }: { readonly crateName: string },
  named: readonly string[],
  text: () => RustImport,
): readonly string[] {
  const wrong = named.find((one) => !/^\w+(::\w+)*$/.test(one));
  if (wrong !== undefined)
    throw new CliError("Usage", `--service takes the path of a function, not \`${wrong}\``, {
      help: `for example: --service ${crateName}::shop_service_descriptor`,
    });
  if (named.length > 0) return named;
  const found = text().descriptors.map((path) => path.join("::"));
  if (found.length > 0) return found;
  throw new CliError("Usage", `no service is found in the text of ${crateName}`, {
    help: `a macro may make them: name their functions, --service ${crateName}::shop_service_descriptor`,
  });
}
