/**
 * `npm run docs`: builds the API reference from docstrings into `docs/api` (not committed), then checks the links
 * between pages. `-- --check` writes nothing. A public name without a docstring, or a link to nothing, makes it fail.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root, tool } from "./run.mjs";
import { throwsProblems } from "./throws.mjs";

const isCheck = process.argv.includes("--check");

const broken = brokenLinks();
for (const each of broken) console.error(each);
const { entryPoints } = JSON.parse(read("typedoc.json"));
const unsaid = throwsProblems(entryPoints.map((entry) => root + entry));
for (const { path, line, name, problem } of unsaid)
  console.error(`${relative(root, path)}:${line}: ${name} ${problem}`);
tool("TypeDoc", "typedoc/bin/typedoc", ["--logLevel", "Warn", ...(isCheck ? ["--emit", "none"] : [])]);
console.log(
  `${isCheck ? "every public name has a docstring" : "docs/api written"}, ${broken.length} broken links, ${unsaid.length} functions that do not say what they throw`,
);
if (broken.length + unsaid.length > 0) process.exitCode = 1;

/** Relative links of the pages whose file or heading does not exist. */
function brokenLinks() {
  const pages = execFileSync("git", ["ls-files", "-z", "--", "*.md"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "" && !path.startsWith("fixtures/"));
  return pages.flatMap((page) =>
    linksOf(read(page)).flatMap(({ target, line }) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)));
      if (!existsSync(join(root, file))) return [`${page}:${line}: ${target}: no such file`];
      if (anchor === undefined || !file.endsWith(".md")) return [];
      return anchorsOf(read(file)).has(anchor) ? [] : [`${page}:${line}: ${target}: no such heading`];
    }),
  );
}

function read(path) {
  return readFileSync(join(root, path), "utf8");
}

function linksOf(page) {
  return textLines(page).flatMap(({ text, line }) =>
    [...text.replace(/(`+)(?:(?!\1).)+\1/g, "code").matchAll(/\]\(([^()\s]+)\)/g)]
      .map(([, target = ""]) => ({ target, line }))
      .filter(({ target }) => !/^(?:[a-z]+:|\/)/i.test(target)),
  );
}

/** Ids of the headings, as GitHub makes them. */
function anchorsOf(page) {
  const seen = new Map();
  const anchors = new Set([...page.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id));
  for (const { text } of textLines(page)) {
    const [, heading] = /^#+\s+(.*?)\s*$/.exec(text) ?? [];
    if (heading === undefined) continue;
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const id = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const count = seen.get(id) ?? 0;
    seen.set(id, count + 1);
    anchors.add(count === 0 ? id : `${id}-${count}`);
  }
  return anchors;
}

/** Lines outside of code blocks. */
function textLines(page) {
  let isCode = false;
  return page.split("\n").flatMap((text, index) => {
    if (/^\s*(?:```|~~~)/.test(text)) isCode = !isCode;
    return isCode ? [] : [{ text, line: index + 1 }];
  });
}
