/** What config files and build tools import. The command itself is the bin `vox-gen`. */

export type { AllowedChange, BreakingConfig, RustConfig, VoxConfig, WatchConfig } from "./define-config.js";
export { defineConfig } from "./define-config.js";
export { CliError, type CliErrorCode } from "./errors.js";
export { generate } from "./generate.js";
export type {
  GeneratedOutput,
  GeneratedProject,
  GenerateFinding,
  GenerateOptions,
} from "./program.js";
