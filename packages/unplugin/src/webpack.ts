import type { VoxPluginOptions } from "./generation.js";
import { vox } from "./plugin.js";

export type { VoxPluginOptions } from "./generation.js";

/** The plugin for webpack. */
const plugin: (options?: VoxPluginOptions) => { apply(compiler: unknown): void } = vox.webpack;

export default plugin;
