import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** Tests run on the sources, so that an edit needs no build before its test. */
export default defineConfig({
  resolve: {
    alias: [
      { find: "@voxrpc/runtime/gen/v1", replacement: source("runtime/src/gen/v1.ts") },
      { find: "@voxrpc/runtime/link", replacement: source("runtime/src/public/link.ts") },
      { find: "@voxrpc/runtime/store", replacement: source("runtime/src/public/store.ts") },
      { find: "@voxrpc/runtime/proxy", replacement: source("runtime/src/public/proxy.ts") },
      { find: "@voxrpc/runtime/internal/schema", replacement: source("runtime/src/internal/schema.ts") },
      { find: "@voxrpc/runtime/node", replacement: source("runtime/src/node/index.ts") },
      { find: "@voxrpc/runtime/web", replacement: source("runtime/src/web/index.ts") },
      { find: "@voxrpc/runtime/testing", replacement: source("runtime/src/testing/index.ts") },
      { find: "@voxrpc/runtime/otel", replacement: source("runtime/src/otel/index.ts") },
      { find: "@voxrpc/runtime/sqlite", replacement: source("runtime/src/sqlite/index.ts") },
      { find: /^@voxrpc\/runtime$/, replacement: source("runtime/src/index.ts") },
      { find: "@voxrpc/codegen/scaffold", replacement: source("codegen/src/scaffold/index.ts") },
      { find: "@voxrpc/codegen/rust", replacement: source("codegen/src/rust/index.ts") },
      { find: /^@voxrpc\/codegen$/, replacement: source("codegen/src/index.ts") },
      { find: /^@voxrpc\/react$/, replacement: source("react/src/index.ts") },
      { find: "unplugin-vox/vite", replacement: source("unplugin/src/vite.ts") },
      { find: "unplugin-vox/webpack", replacement: source("unplugin/src/webpack.ts") },
      { find: "unplugin-vox/rspack", replacement: source("unplugin/src/rspack.ts") },
      { find: "unplugin-vox/rollup", replacement: source("unplugin/src/rollup.ts") },
      { find: "unplugin-vox/rolldown", replacement: source("unplugin/src/rolldown.ts") },
      { find: "unplugin-vox/esbuild", replacement: source("unplugin/src/esbuild.ts") },
      { find: /^@voxrpc\/cli$/, replacement: source("cli/src/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts"],
    // A worker for each processor: many files wait for processes, sockets and compilers.
    maxWorkers: "100%",
    // A hang, not a slow machine, is what ends a test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
