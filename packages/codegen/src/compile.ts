/** The front end as one function: texts → model, or diagnostics. */

import { checkRules } from "./check/check.js";
import { loadFiles } from "./check/imports.js";
import { completeModel, freezeModel, link } from "./check/lower.js";
import { resolveNames } from "./check/resolve.js";
import { type Diagnostic, Reporter } from "./diagnostics/report.js";
import type { Host } from "./host/host.js";
import { channelFinder } from "./model/channels.js";
import type { Model } from "./model/model.js";
import type { FileNode } from "./syntax/ast.js";

/** The results of a run. */
export interface Compilation {
  /** The checked program, frozen; undefined when a diagnostic is an error. */
  readonly model: Model | undefined;
  /** Errors and warnings, by file, then position. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, with its text and syntax tree, dependencies first. */
  readonly files: readonly FileNode[];
}

/**
 * Compiles entries and everything that they import. Pure and synchronous: files come from the host alone, nothing is
 * kept between runs, any text gives diagnostics or a model, never an exception.
 *
 * @param entries absolute paths, as the host knows them
 */
export function compile(host: Host, entries: readonly string[]): Compilation {
  const reporter = new Reporter();
  const files = loadFiles(host, entries, reporter);
  resolveNames(files, reporter);
  const linked = link({ files, reporter });
  const holdsChannel = channelFinder(linked.declarations.values());
  completeModel(linked, holdsChannel);
  checkRules(linked, holdsChannel);
  const model = reporter.hasErrors ? undefined : Object.freeze({ files: freezeModel(linked) });
  return { model, diagnostics: reporter.sorted(), files: files.map((file) => file.ast) };
}
