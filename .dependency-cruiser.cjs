/**
 * The layers of the three packages: a module imports from its own layer and from those above it in the list. Later lists
 * may name files of an earlier folder: the first entry that matches counts.
 */
const runtime = [
  ["errors.ts", "limits.ts", "clock.ts", "options/"],
  ["bytes/"],
  ["postcard/"],
  ["schema/"],
  ["shape/"],
  ["plan/"],
  ["link/"],
  ["wire/"],
  ["handshake/"],
  ["call/"],
  ["observer.ts"],
  ["session/"],
  ["channel/"],
  ["operations/"],
  ["driver/"],
  ["acceptor/"],
  ["middleware/"],
  ["establish/"],
  ["resume/"],
  ["web/"],
  ["node/", "testing/", "otel/", "sqlite/"],
];

const codegen = [
  ["host/"],
  ["source/"],
  ["diagnostics/"],
  ["syntax/"],
  ["schema/kebab"],
  ["check/", "model/"],
  ["schema/"],
  ["emit/"],
  ["compile"],
  ["diff/"],
  ["scaffold/"],
];

const cli = [
  ["errors|version|clock|compiler|bundle-state"],
  ["node-host|define-config|files/"],
  ["config/"],
  ["report/"],
  ["process"],
  ["output/"],
  ["watch/"],
  ["against/"],
  ["init/"],
  ["commands/"],
  ["command-line|usage-error"],
  ["main"],
  ["bin"],
];

const pathOf = (root, members) => `^packages/${root}/src/(${members.join("|").replaceAll("/", "\\/")})`;

/** Rules against imports from a layer to one below it. */
function layerRules(root, layers) {
  return layers.flatMap((members, index) => {
    const below = layers.slice(index + 1).flat();
    if (below.length === 0) return [];
    const own = layers.slice(0, index + 1).flat();
    return [
      {
        name: `${root}: ${members.join(", ")} stays above what follows`,
        severity: "error",
        from: {
          path: pathOf(root, members),
          pathNot: [
            "\\.test\\.ts$",
            "\\.test-d\\.ts$",
            ...layers.slice(0, index).map((earlier) => pathOf(root, earlier)),
          ],
        },
        to: { path: pathOf(root, below), pathNot: own.map((member) => pathOf(root, [member])) },
      },
    ];
  });
}

module.exports = {
  forbidden: [
    ...layerRules("runtime", runtime),
    ...layerRules("codegen", codegen),
    ...layerRules("cli", cli),
    {
      name: "no cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "the runtime's core knows no platform",
      severity: "error",
      from: { path: "^packages/runtime/src/", pathNot: "^packages/runtime/src/(node|sqlite)/|\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "only tests import the CBOR library",
      severity: "error",
      from: { path: "^packages/", pathNot: "\\.test\\.ts$" },
      to: { path: "node_modules/cbor-x" },
    },
    {
      name: "one folder imports OpenTelemetry, and nothing imports that folder",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/runtime/src/otel/|\\.test\\.ts$" },
      to: { path: "node_modules/@opentelemetry/|^packages/runtime/src/otel/" },
    },
    {
      name: "one folder imports better-sqlite3, and nothing imports that folder",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/runtime/src/sqlite/|\\.test\\.ts$" },
      to: { path: "node_modules/better-sqlite3|^packages/runtime/src/sqlite/" },
    },
    {
      name: "telemetry speaks the API only",
      severity: "error",
      from: { path: "^packages/runtime/src/otel/", pathNot: "\\.test\\.ts$" },
      to: { path: "node_modules/@opentelemetry/", pathNot: "node_modules/@opentelemetry/api/" },
    },
    {
      name: "the compiler touches no platform",
      severity: "error",
      from: { path: "^packages/codegen/src/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "ts-morph stays behind the scaffold and the hook for TypeScript configs",
      severity: "error",
      from: {
        path: "^packages/",
        pathNot: "^packages/(codegen/src/scaffold/|cli/src/config/typescript-hook\\.ts$)",
      },
      to: { path: "node_modules/ts-morph" },
    },
    {
      name: "the compiler takes the runtime's schemas and nothing else",
      severity: "error",
      from: { path: "^packages/codegen/src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/runtime/(src|dist)/", pathNot: "^packages/runtime/(src|dist)/internal/" },
    },
    {
      name: "the runtime stands alone",
      severity: "error",
      from: { path: "^packages/runtime/src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/(codegen|cli)/" },
    },
    {
      name: "the compiler does not know its command line",
      severity: "error",
      from: { path: "^packages/codegen/src/" },
      to: { path: "^packages/cli/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|^packages/[^/]+/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
