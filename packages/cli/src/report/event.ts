/** The events of commands: one stream, rendered in several ways. */
import type { JsonDiagnostic, Verdict } from "@voxrpc/codegen";
import type { CliErrorCode } from "../errors.js";

export type FileChange = "created" | "updated" | "removed";

export type CommandName =
  | "generate"
  | "watch"
  | "check"
  | "init"
  | "implement"
  | "lock"
  | "import"
  | "verify";

/**
 * A diagnostic that can be shown in each format. Made where the compiler is loaded, so that reporters need not load it.
 */
export interface Finding {
  readonly severity: "error" | "warning";
  /** Several lines without a newline at the end. */
  pretty(color: boolean): string;
  json(): JsonDiagnostic;
  /** @param root absolute folder that the annotation's path is relative to */
  github(root: string): string;
}

/** The results of a run, at its end. */
export interface Summary {
  readonly command: CommandName;
  /** No schema has an error, and with `--check` nothing is stale. */
  readonly ok: boolean;
  /** Schema files that were read. */
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
  readonly written: number;
  readonly removed: number;
  readonly unchanged: number;
  /** With `--check`: outputs that a run would write or remove. */
  readonly stale: number;
  readonly durationMs: number;
}

/** A method that `implement` added to or changed in a class. */
export interface ImplementedFile {
  readonly service: string;
  /** As it is shown. */
  readonly path: string;
  readonly change: FileChange | "unchanged";
  readonly added: readonly string[];
  readonly updated: readonly string[];
  /** Public methods of the class that the service does not have. */
  readonly extra: readonly string[];
  /** Methods that were left alone because they could not be compared. */
  readonly unsure: readonly { readonly name: string; readonly reason: string }[];
}

/** Paths are as they are shown: relative to the working directory, with `/`. */
export type ReportEvent =
  | { readonly kind: "finding"; readonly finding: Finding }
  /** A file was written or removed. */
  | { readonly kind: "file"; readonly change: FileChange; readonly path: string }
  /** With `--check`: what a run would do to a file. */
  | { readonly kind: "stale"; readonly change: FileChange; readonly path: string; readonly diff: string }
  | { readonly kind: "summary"; readonly summary: Summary }
  /** The command, the config or the disk is at fault; `Internal`: this program is. */
  | {
      readonly kind: "failure";
      readonly code: CliErrorCode | "Internal";
      readonly message: string;
      readonly help: string | undefined;
    }
  | { readonly kind: "implemented"; readonly file: ImplementedFile }
  /** Advice for the next step. */
  | { readonly kind: "advice"; readonly lines: readonly string[] }
  /** The watcher is ready. */
  | { readonly kind: "watching"; readonly folders: readonly string[] }
  /** Files changed, a run starts. */
  | { readonly kind: "changed"; readonly paths: readonly string[] }
  | { readonly kind: "stopped" }
  | ComparisonEvent;

/** The events of `breaking` beside its findings. */
export type ComparisonEvent =
  /** The verdicts on two versions of a method that are not compatible in all cases. */
  | {
      readonly kind: "verdict";
      readonly method: string;
      readonly oldClient: Verdict;
      readonly newClient: Verdict;
    }
  /** A change that harms no peer, with the reason. */
  | { readonly kind: "harmless"; readonly text: string }
  /** A finding that is allowed, with the reason. */
  | { readonly kind: "allowed"; readonly code: string; readonly message: string; readonly reason: string }
  | {
      readonly kind: "compared";
      /** The version that the schemas were compared with, as given. */
      readonly against: string;
      readonly ok: boolean;
      /** Methods of either version. */
      readonly methods: number;
      readonly errors: number;
      readonly warnings: number;
      readonly allowed: number;
      readonly harmless: number;
      readonly durationMs: number;
    };

/** Renders events as they come. */
export type Reporter = (event: ReportEvent) => void;

/** Where a reporter writes. Texts carry their own newlines. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Whether each of the two takes ANSI colours. */
  readonly isOutColored: boolean;
  readonly isErrorColored: boolean;
}
