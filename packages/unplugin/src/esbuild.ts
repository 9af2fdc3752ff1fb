import type { Plugin } from "esbuild";
import type { VoxPluginOptions } from "./generation.js";
import { vox } from "./plugin.js";

export type { VoxPluginOptions } from "./generation.js";

/** The plugin for esbuild. */
const plugin: (options?: VoxPluginOptions) => Plugin = vox.esbuild;

export default plugin;
