import type { Plugin } from "vite";
import type { VoxPluginOptions } from "./generation.js";
import { vox } from "./plugin.js";

export type { VoxPluginOptions } from "./generation.js";

/** The plugin for Vite. */
const plugin: (options?: VoxPluginOptions) => Plugin | Plugin[] = vox.vite;

export default plugin;
