/**
 * The source of this vox-gen. A project that it starts gets its packages from the same source: a registry may have none
 * of them, or others.
 */
import { join, resolve, sep } from "node:path";
import { readTextFile, statOf } from "../files/text-file.js";
import { cliVersion } from "../version.js";

/** Our packages, without their scope. */
export const packageNames = ["runtime", "codegen", "cli"] as const;
type PackageName = (typeof packageNames)[number];

/** Absolute paths of tarballs or folders; undefined: a registry has the packages. */
export type PackageSource = Readonly<Record<PackageName, string>> | undefined;

/**
 * @param packageFolder absolute path of `@voxrpc/cli` as it runs, links followed
 */
export function packageSource(packageFolder: string): PackageSource {
  const marker = `${sep}node_modules${sep}`;
  const at = packageFolder.indexOf(marker);
  return at < 0 ? checkoutSource(packageFolder) : installedSource(packageFolder.slice(0, at));
}

/** A checkout: its packages are in one folder, and this one has been built. */
function checkoutSource(packageFolder: string): PackageSource {
  return complete((name) => {
    const folder = join(packageFolder, "..", name);
    const manifest = readJson(join(folder, "package.json"));
    return manifest?.["name"] === `@voxrpc/${name}` ? folder : undefined;
  });
}

/** The source in the manifest of a project, or in the notes of npm: a tarball, or a folder. */
function installedSource(project: string): PackageSource {
  const manifest = readJson(join(project, "package.json")) ?? {};
  const packages = member(readJson(join(project, "node_modules/.package-lock.json")), "packages");
  const tables = [
    member(manifest, "dependencies"),
    member(manifest, "devDependencies"),
    member(manifest, "optionalDependencies"),
    member(manifest, "overrides"),
    member(manifest, "resolutions"),
    member(member(manifest, "pnpm"), "overrides"),
  ];
  const known = (name: PackageName): string | undefined => {
    const noted = member(packages, `node_modules/@voxrpc/${name}`)?.["resolved"];
    const specifiers = [noted, ...tables.map((table) => table?.[`@voxrpc/${name}`])];
    return specifiers.map((one) => fileOf(one, project)).find((path) => path !== undefined);
  };
  const cli = known("cli");
  if (cli === undefined) return undefined;
  // Tarballs are packed together: one that only the others depend on is in the same folder.
  return complete((name) => known(name) ?? existing(resolve(cli, "..", `voxrpc-${name}-${cliVersion}.tgz`)));
}

/** The file or folder that a specifier names, where there is one. */
function fileOf(specifier: unknown, project: string): string | undefined {
  if (typeof specifier !== "string") return undefined;
  const path = /^(?:file|link|portal):(.+)$/.exec(specifier)?.[1] ?? specifier;
  return path === specifier && !/^(\.|\/|[A-Za-z]:[\\/])/.test(path)
    ? undefined
    : existing(resolve(project, path));
}

function existing(path: string): string | undefined {
  return statOf(path) === undefined ? undefined : path;
}

function complete(find: (name: PackageName) => string | undefined): PackageSource {
  const [runtime, codegen, cli] = packageNames.map(find);
  return runtime === undefined || codegen === undefined || cli === undefined
    ? undefined
    : { runtime, codegen, cli };
}

type Json = Readonly<Record<string, unknown>>;

function member(value: Json | undefined, name: string): Json | undefined {
  const found = value?.[name];
  return typeof found === "object" && found !== null ? (found as Json) : undefined;
}

/** An object of a JSON file; undefined where there is none, or no such file. */
function readJson(path: string): Json | undefined {
  try {
    return member({ value: JSON.parse(readTextFile(path) ?? "null") }, "value");
  } catch {
    return undefined;
  }
}
