import type { Plugin } from "rolldown";
import type { VoxPluginOptions } from "./generation.js";
import { vox } from "./plugin.js";

export type { VoxPluginOptions } from "./generation.js";

/** The plugin for rolldown. */
const plugin: (options?: VoxPluginOptions) => Plugin | Plugin[] = vox.rolldown;

export default plugin;
