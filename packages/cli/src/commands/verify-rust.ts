/** `vox-gen verify rust`: whether a Rust crate and the schemas agree. */
import type { Model } from "@voxrpc/codegen";
import type { RustAnnouncement } from "@voxrpc/codegen/rust";
import { libraryIn } from "../cargo/crate.js";
import { runExport } from "../cargo/export.js";
import { CliError, exitCode } from "../errors.js";
import { checkProject } from "../project/build.js";
import type { Environment } from "../project/environment.js";
import { prepareExport } from "../project/export.js";
import { type ProjectArguments, resolveProject } from "../project/resolve.js";
import type { Summary } from "../report/event.js";
import { findingsOf } from "../report/findings.js";

export interface VerifyRustArguments extends ProjectArguments {
  /** Folder of the crate, relative to the working directory. */
  readonly crate: string;
  /** Functions that describe services; empty: those of the text. */
  readonly services: readonly string[];
}

/**
 * Compares ids of methods and announced types of a crate with those of the schemas.
 *
 * @returns the exit code
 * @throws CliError, also when cargo is not there
 */
export async function verifyRust(args: VerifyRustArguments, environment: Environment): Promise<number> {
  const { cwd, clock, report } = environment;
  const start = clock.now();
  const project = await resolveProject(cwd, args, false);
  const crate = libraryIn(args.crate, cwd);
  const checked = await checkProject(project);
  const { model, compiler, nodes, files } = checked;
  const more = model === undefined ? [] : await differences(model, crate, args.services, environment);
  const findings = [...checked.findings, ...findingsOf(compiler, { diagnostics: more, files: nodes }, cwd)];
  for (const finding of findings) report({ kind: "finding", finding });
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const summary: Summary = {
    command: "verify",
    ok: errors === 0,
    files: files.length,
    errors,
    warnings: findings.length - errors,
    written: 0,
    removed: 0,
    unchanged: 0,
    stale: 0,
    durationMs: Math.round((clock.now() - start) * 10) / 10,
  };
  report({ kind: "summary", summary });
  return summary.ok ? exitCode.ok : exitCode.problem;
}

async function differences(
  model: Model,
  crate: Parameters<typeof prepareExport>[0],
  services: readonly string[],
  environment: Environment,
): ReturnType<typeof compare> {
  const folder = await prepareExport(crate, services, environment);
  return compare(model, await runExport(folder, ["announcements"], environment.variables));
}

async function compare(model: Model, lines: string): Promise<ReturnType<Verify>> {
  const { verifyRust: verify } = await import("@voxrpc/codegen/rust");
  return verify(model, lines.split("\n").filter(Boolean).map(readAnnouncement));
}

type Verify = typeof import("@voxrpc/codegen/rust").verifyRust;

function readAnnouncement(line: string): RustAnnouncement {
  const value: unknown = JSON.parse(line);
  const text = (name: string): string => {
    const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
    if (typeof found === "string") return found;
    throw new CliError("Usage", `vox-export printed a line without \`${name}\``);
  };
  return {
    service: text("service"),
    method: text("method"),
    id: text("id"),
    args: text("args"),
    returns: text("returns"),
  };
}
