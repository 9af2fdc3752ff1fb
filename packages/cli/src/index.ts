/** The exports for a config file. The command itself is the bin `vox-gen`. */

export type { AllowedChange, BreakingConfig, RustConfig, VoxConfig, WatchConfig } from "./define-config.js";
export { defineConfig } from "./define-config.js";
