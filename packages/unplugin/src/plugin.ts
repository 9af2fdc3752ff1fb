/**
 * Bundlers import `.vox` files: the plugin generates the code of a schema when it is first imported and whenever it
 * changes, and answers the import with the generated module. The loop is that of `vox-gen watch`, driven by the
 * watcher of the bundler.
 */
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { createUnplugin, type UnpluginInstance } from "unplugin";
import { Generation, type VoxPluginOptions } from "./generation.js";

const isSchema = (path: string): boolean => path.endsWith(".vox");
const slashes = (path: string): string => path.replaceAll("\\", "/");

/** The plugin for each bundler. The entries export one each, in types that do not need the other bundlers. */
export const vox: UnpluginInstance<VoxPluginOptions | undefined> = createUnplugin((options) => {
  let settings = options ?? {};
  let generation = new Generation(settings);
  return {
    name: "unplugin-vox",
    load: {
      filter: { id: /\.vox$/ },
      async handler(id) {
        try {
          const { path } = await generation.outputOf(slashes(id));
          return `export * from ${JSON.stringify(path)};\n`;
        } finally {
          // The file that mends an error is one of these.
          for (const input of generation.inputsOf(slashes(id))) this.addWatchFile(input);
        }
      },
    },
    esbuild: {
      /** esbuild has read the folder before a file was written into it, and does not look again. */
      setup(build) {
        build.onResolve({ filter: /\.vox\.ts$/ }, ({ path }) =>
          isAbsolute(path) && existsSync(path) ? { path } : undefined,
        );
      },
    },
    vite: {
      configResolved({ root }) {
        settings = { root, ...options };
        generation = new Generation(settings);
      },
      /** The new code is on disk before the browser requests it; an error of a schema reaches the overlay. */
      async handleHotUpdate({ file, modules, server }) {
        if (!isSchema(file)) return undefined;
        const changed = new Set(modules);
        for (const { file: schema } of modules) {
          if (schema === null || !isSchema(schema)) continue;
          const { path } = await generation.outputOf(slashes(schema));
          for (const module of server.moduleGraph.getModulesByFile(path) ?? []) changed.add(module);
        }
        return [...changed];
      },
    },
  };
});
