/**
 * The layers of the packages: whole folders, and the files beside them. A unit imports from itself and from the rows
 * above its own, and from no unit of its own row.
 */
const runtime = [
  ["options/", "clock.ts"],
  ["errors.ts"],
  ["limits.ts"],
  ["bytes/", "link/"],
  ["postcard/"],
  ["schema/"],
  ["shape/", "wire/"],
  ["plan/", "handshake/", "call/"],
  ["internal/", "observer.ts"],
  ["session/"],
  ["channel/", "operations/", "acceptor/"],
  ["driver/", "middleware/"],
  ["establish/", "gen/"],
  ["resume/"],
  ["web/", "testing/", "otel/"],
  ["node/", "sqlite/"],
  ["index.ts", "public/"],
];

const codegen = [
  ["version.ts", "host/", "source/", "schema/"],
  ["diagnostics/", "model/", "print/"],
  ["syntax/", "emit/"],
  ["check/", "scaffold/"],
  ["compile.ts"],
  ["diff/", "rust/", "generate.ts"],
  ["index.ts"],
];

const cli = [
  ["errors.ts", "foreign-text.ts", "version.ts", "clock.ts", "compiler.ts", "define-config.ts", "program.ts"],
  ["files/"],
  ["node-host.ts", "config/", "report/", "watch/", "init/", "cargo/"],
  ["process.ts", "output/", "against/"],
  ["project/"],
  ["commands/", "generate.ts"],
  ["command-line.ts", "index.ts"],
  ["usage-error.ts"],
  ["main.ts"],
];

const react = [
  ["argument-key.ts", "connection.ts", "link-watch.ts", "method-types.ts", "watched.ts"],
  ["call-store.ts", "queries.ts", "stream-store.ts", "use-connection.ts"],
  ["call-cache.ts", "use-stream.ts"],
  ["use-call.ts"],
  ["index.ts"],
];

const unplugin = [
  ["schema-error.ts"],
  ["generation.ts"],
  ["plugin.ts"],
  ["vite.ts", "webpack.ts", "rspack.ts", "rollup.ts", "rolldown.ts", "esbuild.ts"],
];

module.exports = { runtime, codegen, cli, react, unplugin };
