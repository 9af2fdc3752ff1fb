/** One run of `generate`: compile, plan, write or compare, report. */
import { existsSync } from "node:fs";
import type { Emitter, Model } from "@voxrpc/codegen";
import { exitCode } from "../errors.js";
import { shownPath } from "../files/paths.js";
import { applyChanges } from "../output/apply.js";
import { unifiedDiff } from "../output/diff.js";
import { type OutputPlan, type PlannedChange, unixLines } from "../output/plan.js";
import type { CommandName, Finding, Summary } from "../report/event.js";
import { type Checked, checkProject, outOf, planProject } from "./build.js";
import type { Environment } from "./environment.js";
import type { Project } from "./resolve.js";

export interface RunOptions {
  readonly command: CommandName;
  /** `check`: the front end alone. `compare`: what a run would write, against the disk. */
  readonly mode: "check" | "compare" | "write";
  /** Finds more in schemas without errors. */
  readonly inspect?: (checked: Checked, model: Model) => readonly Finding[];
  /** The emitter of the outputs. Default: the emitter of TypeScript. */
  readonly emitter?: Emitter;
  /** Changes beside the outputs: files that the run begins and does not own. */
  readonly beside?: (model: Model) => readonly PlannedChange[];
  /** Takes the results of the front end, before anything is written. */
  readonly onChecked?: (checked: Checked) => void;
}

const besideSchemas: readonly string[] = [
  "warning: generated files lie beside their schemas and import each other without an extension:",
  "bundlers without unplugin-vox take `./shop.vox` for the schema. Write them into a folder of their own (`out`), or use the extension `.js`.",
];

/** Whether an import without an extension finds a schema where a generated file is meant. */
function isTakenForSchema(project: Project, { files }: Checked, { changes }: OutputPlan): boolean {
  if (project.importExtension !== "none") return false;
  const planned = new Set(changes.map(({ path }) => path));
  return files.some((file) => planned.has(`${file}.ts`) || existsSync(`${file}.ts`));
}

/**
 * Runs once and reports what was found and done. Nothing is written when a schema has an error.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function runOnce(
  project: Project,
  { clock, report }: Environment,
  { command, mode, onChecked, inspect, emitter, beside }: RunOptions,
): Promise<number> {
  const start = clock.now();
  const checked = await checkProject(project);
  onChecked?.(checked);
  const { model } = checked;
  const more = model === undefined ? [] : (inspect?.(checked, model) ?? []);
  for (const finding of [...checked.findings, ...more]) report({ kind: "finding", finding });
  const moreErrors = more.filter(({ severity }) => severity === "error").length;
  const errors = checked.errors + moreErrors;
  const warnings = checked.warnings + more.length - moreErrors;
  let plan: OutputPlan = { changes: [], unchanged: 0 };
  if (model !== undefined && moreErrors === 0 && mode !== "check") {
    const { changes, unchanged } = await planProject(project, checked, model, emitter);
    plan = { changes: [...(beside?.(model) ?? []), ...changes], unchanged };
    if (mode === "write") applyChanges(plan.changes, outOf(project), project.roots);
    for (const planned of plan.changes) {
      const path = shownPath(project.cwd, planned.path);
      const { change } = planned;
      if (mode === "write") report({ kind: "file", change, path });
      else report({ kind: "stale", change, path, diff: diffOf(planned, path) });
    }
  }
  if (mode !== "check" && isTakenForSchema(project, checked, plan))
    report({ kind: "advice", lines: besideSchemas });
  const removed = plan.changes.filter(({ change }) => change === "removed").length;
  const stale = mode === "compare" ? plan.changes.length : 0;
  const isWritten = mode === "write";
  const summary: Summary = {
    command,
    ok: errors === 0 && stale === 0,
    files: checked.files.length,
    errors,
    warnings,
    written: isWritten ? plan.changes.length - removed : 0,
    removed: isWritten ? removed : 0,
    unchanged: plan.unchanged,
    stale,
    durationMs: Math.round((clock.now() - start) * 10) / 10,
  };
  report({ kind: "summary", summary });
  return summary.ok ? exitCode.ok : exitCode.problem;
}

function diffOf({ before, after }: PlannedChange, path: string): string {
  return unifiedDiff(unixLines(before ?? ""), after ?? "", {
    before: before === undefined ? "/dev/null" : `${path} (on disk)`,
    after: after === undefined ? "/dev/null" : `${path} (generated)`,
  });
}
