/** What is in the tarballs. Needs a build. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

function contents(name: string): readonly string[] {
  const cwd = `${root}packages/${name}`;
  execFileSync(process.execPath, [`${root}scripts/package-files.mjs`], { cwd });
  const text = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd,
    encoding: "utf8",
  });
  const [packed] = JSON.parse(text) as readonly { readonly files: readonly { readonly path: string }[] }[];
  return packed?.files.map(({ path }) => path) ?? [];
}

/** The declarations that a package's `exports` name. */
function entriesOf(folder: string): readonly string[] {
  const { exports } = JSON.parse(readFileSync(`${folder}package.json`, "utf8")) as {
    readonly exports: Readonly<Record<string, unknown>>;
  };
  return [...JSON.stringify(exports).matchAll(/"types":"([^"]+)"/g)].map(([, path = ""]) =>
    resolve(folder, path),
  );
}

/** A declaration file with those that it imports, as a compiler reads them. */
function reachableDeclarations(entry: string, found: Set<string> = new Set()): ReadonlySet<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, path = ""] of readFileSync(entry, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g))
    reachableDeclarations(resolve(dirname(entry), path.replace(/\.js$/, ".d.ts")), found);
  return found;
}

describe.each(["runtime", "codegen", "cli", "react", "unplugin"])("the tarball of %s", (name) => {
  it("has its papers, and maps that lead somewhere", { timeout: 120_000 }, () => {
    const folder = `${root}packages/${name}/`;
    const files = contents(name);
    expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "CHANGELOG.md", "package.json"]));
    expect(files.filter((file) => /\.test\.|\.fixture\.|tsbuildinfo|^src\//.test(file))).toStrictEqual([]);
    // A folder that was built before holds outputs of modules that are gone; `npm run pack` begins with an empty one.
    const isCurrent = (file: string): boolean => {
      const module = /^dist\/(.+?)(?:\.d\.ts|\.js)$/.exec(file)?.[1];
      return file.startsWith("dist/bundle/") || existsSync(`${folder}src/${module}.ts`);
    };
    const dead = files.filter(isCurrent).flatMap((file) => {
      if (!/\.(?:js|mjs|d\.ts)$/.test(file)) return [];
      const map = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(`${folder}${file}`, "utf8"))?.[1];
      if (map === undefined) return [];
      const path = relative(folder, resolve(folder, dirname(file), map));
      if (!files.includes(path) || !existsSync(`${folder}${path}`)) return [`${file}: no ${map}`];
      const { sources, sourcesContent } = JSON.parse(readFileSync(`${folder}${path}`, "utf8")) as {
        sources: readonly string[];
        sourcesContent?: readonly (string | null)[];
      };
      return sourcesContent?.length === sources.length ? [] : [`${path}: no sources`];
    });
    expect(dead).toStrictEqual([]);
  });

  it("declares nothing with the types of a package that brings none", () => {
    const folder = `${root}packages/${name}/`;
    // An application without `skipLibCheck` would have to install them by itself (TS7016).
    const untyped = entriesOf(folder).flatMap((entry) =>
      [...reachableDeclarations(entry)].flatMap((file) =>
        [...readFileSync(file, "utf8").matchAll(/(?:from |import\()"([^."][^"]*)"/g)]
          .map(([, specifier = ""]) => specifier)
          .filter((specifier) => /^(?:ws|yargs|better-sqlite3)(?:\/|$)/.test(specifier))
          .map((specifier) => `${relative(folder, file)}: ${specifier}`),
      ),
    );
    expect(untyped).toStrictEqual([]);
  });

  it("says which TypeScript it needs", () => {
    expect(readFileSync(`${root}packages/${name}/README.md`, "utf8")).toContain("TypeScript 5.7");
  });
});
