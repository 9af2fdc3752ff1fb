/** The allowed content of a config file, checked. Imported only when there is a config file: zod is slow to load. */
import { z } from "zod";
import type { VoxConfig } from "../define-config.js";
import { visible } from "../foreign-text.js";

/** Messages show the paths and names of a config, each in its line. */
const text = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .refine((value) => visible(value) === value, "must hold no line breaks and no other control characters");
/** Longest wait that makes sense: 10 s. */
const waitMs = z.int().min(0, "must not be negative").max(10_000, "must be at most 10000");

const watchSchema = z.strictObject({
  debounceMs: waitMs.optional(),
  pollMs: waitMs.min(10, "must be at least 10").optional(),
});

const allowSchema = z.strictObject({
  code: z.string().regex(/^VOX5\d{3}$/, "must be a code such as VOX5003"),
  at: text,
  reason: text,
});

const breakingSchema = z.strictObject({
  against: text.optional(),
  level: z.enum(["wire", "source"], 'must be "wire" or "source"').optional(),
  peer: z.enum(["vox-0.8.2"], 'must be "vox-0.8.2"').optional(),
  strict: z.boolean().optional(),
  allow: z.array(allowSchema).optional(),
});

const rustSchema = z.strictObject({
  out: text.optional(),
  types: z.record(text, text).optional(),
});

const configObject = z.strictObject({
  $schema: z.string().optional(),
  schemas: z.union([text, z.array(text).min(1, "must name at least one file, folder or pattern")]),
  out: text,
  root: text.optional(),
  importExtension: z.enum([".js", ".ts", "none"], 'must be ".js", ".ts" or "none"').optional(),
  watch: watchSchema.optional(),
  breaking: breakingSchema.optional(),
  rust: rustSchema.optional(),
});

const optionsObject = z.strictObject({
  cwd: text.optional(),
  config: text.optional(),
  schemas: configObject.shape.schemas.optional(),
  out: text.optional(),
  root: text.optional(),
  importExtension: configObject.shape.importExtension,
  write: z.boolean().optional(),
});

/** Unknown keys are refused at every level. */
const configSchema: z.ZodType<VoxConfig> = configObject;

/** Keys that are known at a place of the config (empty: the config itself), for suggestions. */
const configKeys: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(configObject.shape),
  watch: Object.keys(watchSchema.shape),
  breaking: Object.keys(breakingSchema.shape),
  rust: Object.keys(rustSchema.shape),
};

/** One mistake in a config. */
export interface ConfigProblem {
  /** Path of the value, such as `watch.debounceMs` or `schemas[1]`; empty: the config as a whole. */
  readonly path: string;
  /** Goes on after the path: `is missing`. */
  readonly message: string;
  /** Keys that could have been meant, for a key that does not exist. */
  readonly candidates?: readonly string[];
}

export type CheckedConfig = { readonly config: VoxConfig } | { readonly problems: readonly ConfigProblem[] };

/** Checks what a config file holds. All problems are found, not only the first. */
export function checkConfig(value: unknown): CheckedConfig {
  const result = configSchema.safeParse(value);
  if (result.success) return { config: result.data };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, value, [])) };
}

/** What is wrong with the options of `generate`, each with the name of the option; empty when nothing is. */
export function problemsOfOptions(value: unknown): readonly ConfigProblem[] {
  const result = optionsObject.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => problemsOf(issue, value, []));
}

function problemsOf(
  issue: z.core.$ZodIssue,
  root: unknown,
  before: readonly PropertyKey[],
): readonly ConfigProblem[] {
  const keys = [...before, ...issue.path];
  const path = pathText(keys);
  const value = valueAt(root, keys);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: pathText([...keys, key]),
        message: "is not a key that exists",
        candidates: configKeys[path] ?? [],
      }));
    case "invalid_union": {
      if (value === undefined) return [{ path, message: "is missing" }];
      if (!Array.isArray(value) && typeof value !== "string")
        return [{ path, message: `must be a text or a list of texts, not ${kindOf(value)}` }];
      const branch = issue.errors[Array.isArray(value) ? 1 : 0] ?? [];
      return branch.flatMap((inner) => problemsOf(inner, root, keys));
    }
    case "invalid_type":
      if (value === undefined) return [{ path, message: "is missing" }];
      return [{ path, message: `must be ${expectedText(issue.expected)}, not ${kindOf(value)}` }];
    default:
      return [{ path, message: issue.message }];
  }
}

/** Our name for a type that zod expects. */
function expectedText(expected: string): string {
  if (expected === "string") return "a text";
  if (expected === "int") return "a whole number";
  return expected === "object" || expected === "array" ? `an ${expected}` : `a ${expected}`;
}

function pathText(keys: readonly PropertyKey[]): string {
  return keys
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`))
    .join("");
}

function valueAt(root: unknown, keys: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of keys) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `the text ${JSON.stringify(value)}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
