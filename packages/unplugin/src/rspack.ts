import type { VoxPluginOptions } from "./generation.js";
import { vox } from "./plugin.js";

export type { VoxPluginOptions } from "./generation.js";

/** The plugin for Rspack. */
const plugin: (options?: VoxPluginOptions) => { apply(compiler: unknown): void } = vox.rspack;

export default plugin;
