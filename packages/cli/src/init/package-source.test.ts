import { describe, expect, it } from "vitest";
import { TemporaryFolder } from "../run.fixture.js";
import { cliVersion } from "../version.js";
import { packageSource } from "./package-source.js";
import { initialFiles } from "./project-files.js";

const tarballs = Object.fromEntries(
  ["runtime", "codegen", "cli"].map((name) => [`packed/voxrpc-${name}-${cliVersion}.tgz`, ""]),
);
const file = (name: string): string => `file:../packed/voxrpc-${name}-${cliVersion}.tgz`;
const manifests = Object.fromEntries(
  ["runtime", "codegen", "cli"].map((name) => [
    `checkout/packages/${name}/package.json`,
    JSON.stringify({ name: `@voxrpc/${name}` }),
  ]),
);

describe("packageSource", () => {
  it.each([
    [
      "npm with all tarballs",
      {
        devDependencies: { "@voxrpc/cli": file("cli") },
        dependencies: { "@voxrpc/runtime": file("runtime"), "@voxrpc/codegen": file("codegen") },
      },
      "node_modules/@voxrpc/cli",
    ],
    [
      "npm with overrides",
      {
        devDependencies: { "@voxrpc/cli": file("cli") },
        overrides: { "@voxrpc/codegen": file("codegen"), "@voxrpc/runtime": "$@voxrpc/runtime" },
      },
      "node_modules/@voxrpc/cli",
    ],
    ["npx", { dependencies: { "@voxrpc/cli": file("cli") } }, "node_modules/@voxrpc/cli"],
    [
      "pnpm",
      {
        devDependencies: { "@voxrpc/cli": file("cli") },
        pnpm: { overrides: { "@voxrpc/codegen": file("codegen") } },
      },
      "node_modules/.pnpm/@voxrpc+cli@x/node_modules/@voxrpc/cli",
    ],
    [
      "Yarn",
      {
        devDependencies: { "@voxrpc/cli": file("cli") },
        resolutions: { "@voxrpc/codegen": file("codegen") },
      },
      "node_modules/@voxrpc/cli",
    ],
    [
      "a path without file:",
      { devDependencies: { "@voxrpc/cli": file("cli").slice(5) } },
      "node_modules/@voxrpc/cli",
    ],
  ] as const)("is the tarballs that %s installed", (_what, manifest, place) => {
    using folder = new TemporaryFolder({ ...tarballs, "tool/package.json": JSON.stringify(manifest) });
    expect(packageSource(folder.at(`tool/${place}`))).toEqual({
      runtime: folder.at(`packed/voxrpc-runtime-${cliVersion}.tgz`),
      codegen: folder.at(`packed/voxrpc-codegen-${cliVersion}.tgz`),
      cli: folder.at(`packed/voxrpc-cli-${cliVersion}.tgz`),
    });
  });

  it("is what npm noted for a member of a workspace", () => {
    using folder = new TemporaryFolder({
      ...tarballs,
      "root/package.json": '{ "workspaces": ["members/*"] }',
      "root/node_modules/.package-lock.json": JSON.stringify({
        packages: { "node_modules/@voxrpc/cli": { resolved: file("cli") } },
      }),
    });
    const source = packageSource(folder.at("root/node_modules/@voxrpc/cli"));
    expect(source?.codegen).toBe(folder.at(`packed/voxrpc-codegen-${cliVersion}.tgz`));
  });

  it("is the packages of a checkout", () => {
    using folder = new TemporaryFolder(manifests);
    expect(packageSource(folder.at("checkout/packages/cli"))?.codegen).toBe(
      folder.at("checkout/packages/codegen"),
    );
  });

  it.each([
    ["a registry", { devDependencies: { "@voxrpc/cli": "^0.1.0" } }],
    ["a tarball that is gone", { devDependencies: { "@voxrpc/cli": "file:../gone.tgz" } }],
    ["a workspace of others", { devDependencies: { "@voxrpc/cli": "workspace:*" } }],
    ["no manifest that can be read", undefined],
  ])("is a registry for %s", (_what, manifest) => {
    using folder = new TemporaryFolder({
      "tool/package.json": manifest === undefined ? "{" : JSON.stringify(manifest),
    });
    expect(packageSource(folder.at("tool/node_modules/@voxrpc/cli"))).toBeUndefined();
  });

  it("is what the new project names, seen from its folder", () => {
    const [runtime, codegen, cli] = ["/t/r.tgz", "/t/g.tgz", "/t/c.tgz"];
    const text = initialFiles("x", "/p/x", { runtime, codegen, cli }).get("package.json") ?? "";
    expect(JSON.parse(text)).toMatchObject({
      dependencies: { "@voxrpc/runtime": "file:../../t/r.tgz" },
      devDependencies: { "@voxrpc/cli": "file:../../t/c.tgz" },
      overrides: { "@voxrpc/codegen": "file:../../t/g.tgz" },
    });
    const registry = JSON.parse(initialFiles("x", "/p/x", undefined).get("package.json") ?? "");
    expect(registry).not.toHaveProperty("overrides");
    expect(registry.dependencies["@voxrpc/runtime"]).toBe(`^${cliVersion}`);
  });
});
