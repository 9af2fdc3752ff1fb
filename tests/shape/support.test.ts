/** Code that tests of several folders share is in one place, so that it is found and not written again. */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const support = "tests/support";

/** Modules of one test folder that another folder imports, with the file that imports them. */
function sharedOutsideOfSupport(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [path, text] of files)
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (!fileName.startsWith(".")) continue;
      const target = posix.join(posix.dirname(path), fileName).replace(/\.js$/, ".ts");
      const folder = target.split("/").slice(0, 2).join("/");
      const isGenerated = target.includes("/gen/");
      if (folder.startsWith("tests/") && folder !== support && !path.startsWith(`${folder}/`) && !isGenerated)
        found.push(`${path} imports ${target}`);
    }
  return found;
}

it("holds each module that several folders of tests import", () => {
  const files = readdirSync(`${root}tests`, { recursive: true, encoding: "utf8" })
    .map((path) => `tests/${path.replaceAll("\\", "/")}`)
    .filter((path) => /\.tsx?$/.test(path) && !/\/(?:gen|node_modules)\/|\/\.\w/.test(path))
    .map((path) => [path, readFileSync(`${root}${path}`, "utf8")] as const);
  expect(files.length).toBeGreaterThan(100);
  expect(sharedOutsideOfSupport(new Map(files))).toEqual([]);
});

it.each([
  ["tests/a/a.test.ts", "../b/b.js", ["tests/a/a.test.ts imports tests/b/b.ts"]],
  ["tests/support/a.ts", "../b/b.js", ["tests/support/a.ts imports tests/b/b.ts"]],
  ["tests/a/a.test.ts", "../support/b.js", []],
  ["tests/a/a.test.ts", "../b/gen/b.vox.js", []],
  ["tests/a/deep/a.ts", "../b.js", []],
])("finds in %s the import of %s", (path, specifier, found) => {
  expect(sharedOutsideOfSupport(new Map([[path, `import "${specifier}";`]]))).toEqual(found);
});
