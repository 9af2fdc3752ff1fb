/**
 * `npm run prose`: checks the English of docs, comments, messages and test titles. CONTRIBUTING.md has the rules under
 * "English"; `prose/rules.mjs` has what a program can check. The texts of others are left out: golden data, records of
 * the reference, and generated files, whose texts are those of their emitter.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { longSentences, problemsIn } from "./prose/rules.mjs";
import { textsIn, vagueTitlesIn, wideCommentsIn } from "./prose/texts.mjs";
import { root } from "./run.mjs";

const read = ["md", "ts", "tsx", "mts", "mjs", "cjs", "js", "vox", "rs", "html", "css", "yml", "toml"];
const foreign = [
  /^fixtures\/(?:golden|rust|behaviours|tls)/,
  /^docs\/decisions\//,
  /^interop\/generated\//,
  /\.lock$|\.vox\.ts$/,
  // The rules and their test quote the words that they avoid.
  /^scripts\/prose\/rules\.mjs$|^tests\/docs\/prose\.test\.ts$/,
];

const paths = execFileSync("git", ["ls-files", "-z", "--", ...read.map((end) => `*.${end}`), ".ci/run"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter((path) => path !== "" && !foreign.some((pattern) => pattern.test(path)));

let findings = 0;
for (const path of paths) {
  const isPage = /\.md$/.test(path) && !/^docs\/protocol\/|CHANGELOG\.md$/.test(path);
  const content = readFileSync(root + path, "utf8");
  for (const { line, columns } of wideCommentsIn(path, content)) {
    findings++;
    console.error(`${path}:${line}: wide comment: ${columns} columns: at most 120`);
  }
  for (const { text, line } of vagueTitlesIn(path, content)) {
    findings++;
    console.error(`${path}:${line}: vague title: "${text}": say what holds`);
  }
  for (const { text, line } of textsIn(path, content))
    for (const { name, index, excerpt, advice } of [
      ...problemsIn(text),
      ...(isPage ? longSentences(text) : []),
    ]) {
      findings++;
      const at = line + text.slice(0, index).split("\n").length - 1;
      console.error(`${path}:${at}: ${name}: "${excerpt}": ${advice}`);
    }
}
console.log(`${paths.length} files read, ${findings} findings`);
process.exitCode = findings === 0 ? 0 : 1;
