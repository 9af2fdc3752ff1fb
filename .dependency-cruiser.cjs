const layers = require("./scripts/layers.cjs");

/** Matches the files of one unit, and no unit whose name begins alike. */
const pathOf = (root, unit) =>
  `^packages/${root}/src/${unit.replaceAll(".", "\\.")}${unit.endsWith("/") ? "" : "$"}`;

const notShipped = "\\.(test|test-d|fixture)\\.ts$";

/** Rules against imports from a unit to its own row or one below it. */
function layerRules(root, rows) {
  return rows.flatMap((units, index) =>
    units.flatMap((unit) => {
      const others = rows
        .slice(index)
        .flat()
        .filter((other) => other !== unit);
      if (others.length === 0) return [];
      return {
        name: `${root}: ${unit} imports from rows above it`,
        severity: "error",
        from: { path: pathOf(root, unit), pathNot: notShipped },
        to: { path: others.map((other) => pathOf(root, other)) },
      };
    }),
  );
}

module.exports = {
  forbidden: [
    ...Object.entries(layers).flatMap(([root, rows]) => layerRules(root, rows)),
    {
      name: "no cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "the runtime's core imports no platform",
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
      name: "React hooks use the runtime and React, and no platform",
      severity: "error",
      from: { path: "^packages/react/src/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "the compiler touches no platform",
      severity: "error",
      from: { path: "^packages/codegen/src/", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "ts-morph stays behind the scaffold",
      severity: "error",
      from: {
        path: "^packages/",
        pathNot: "^packages/codegen/src/scaffold/",
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
      name: "the runtime depends on no other package",
      severity: "error",
      from: { path: "^packages/runtime/src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/(codegen|cli|react|unplugin)/" },
    },
    {
      name: "the compiler does not import its command line",
      severity: "error",
      from: { path: "^packages/codegen/src/" },
      to: { path: "^packages/(cli|unplugin)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|^packages/[^/]+/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
