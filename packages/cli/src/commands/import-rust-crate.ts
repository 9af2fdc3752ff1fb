/** `vox-gen import rust --crate`: schemas out of what the Rust compiler sees. */
import { libraryIn } from "../cargo/crate.js";
import { runExport } from "../cargo/export.js";
import { loadCompiler } from "../compiler.js";
import type { Environment } from "../project/environment.js";
import { prepareExport } from "../project/export.js";
import { finishImport, type ImportRustArguments } from "./import-rust.js";

export interface ImportCrateArguments extends Pick<ImportRustArguments, "out" | "write" | "check"> {
  /** Folder of the crate, relative to the working directory. */
  readonly crate: string;
  /** Functions that describe services; empty: those of the text. */
  readonly services: readonly string[];
}

/**
 * Compiles a crate with vox-export and writes the schema that it prints. Sees through macros and into foreign crates.
 *
 * @returns the exit code
 * @throws CliError, also when cargo is not there
 */
export async function importRustCrate(args: ImportCrateArguments, environment: Environment): Promise<number> {
  const start = environment.clock.now();
  const crate = libraryIn(args.crate, environment.cwd);
  const folder = await prepareExport(crate, args.services, environment);
  const text = await runExport(folder, [], environment.variables);
  const name = `${crate.crateName}.vox`;
  const compiler = await loadCompiler();
  const path = `/${name}`;
  const { diagnostics, files } = compiler.compile(compiler.memoryHost({ [path]: text }), [path]);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return finishImport(
    {
      files: errors.length > 0 ? [] : [{ name, text }],
      diagnostics: errors,
      sources: files.map(({ source }) => source),
    },
    args,
    environment,
    start,
  );
}
