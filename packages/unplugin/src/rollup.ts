import type { Plugin } from "rollup";
import type { VoxPluginOptions } from "./generation.js";
import { vox } from "./plugin.js";

export type { VoxPluginOptions } from "./generation.js";

/** The plugin for Rollup. */
const plugin: (options?: VoxPluginOptions) => Plugin | Plugin[] = vox.rollup;

export default plugin;
