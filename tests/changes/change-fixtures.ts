/**
 * The cases of `fixtures/changes`: two versions of a schema and what `breaking` says of them.
 *
 * ```
 * # Words about the case.
 * === options level=source peer=vox-0.8.2
 * === old
 * struct P { … }
 * === new
 * === new types.vox
 * === expect
 * Shop.get: old client breaking, new client compatible
 * VOX5003 Shop.get response: field P.name removed: …
 * harmless Shop.get response: …
 * ```
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  applyAllowed,
  type Comparison,
  type Compilation,
  compareModels,
  compile,
  type Model,
  memoryHost,
  type PeerVersion,
} from "@voxrpc/codegen";

const folder = fileURLToPath(new URL("../../fixtures/changes/", import.meta.url));

export interface ChangeFixture {
  readonly name: string;
  readonly words: string;
  readonly old: Readonly<Record<string, string>>;
  readonly new: Readonly<Record<string, string>>;
  readonly level: "wire" | "source";
  readonly peer: PeerVersion | undefined;
  readonly expected: string;
}

export const changeFixtures: readonly ChangeFixture[] = readdirSync(folder)
  .filter((file) => file.endsWith(".change"))
  .sort()
  .map((file) => readFixture(file.replace(/\.change$/, "")));

function readFixture(name: string): ChangeFixture {
  const [words = "", ...sections] = readFileSync(`${folder}${name}.change`, "utf8").split(/^=== /m);
  const versions: Record<"old" | "new", Record<string, string>> = { old: {}, new: {} };
  let options = "";
  let expected = "";
  for (const section of sections) {
    const end = section.indexOf("\n");
    const [kind = "", file = "main.vox", ...more] = section.slice(0, end).split(" ");
    const text = section.slice(end + 1);
    if (kind === "options") options = [file, ...more].join(" ");
    else if (kind === "expect") expected = text;
    else if (kind === "old" || kind === "new") versions[kind][file] = text;
    else throw new Error(`${name}: unknown section ${kind}`);
  }
  return {
    name,
    words: words.replace(/^# /, "").trim(),
    ...versions,
    level: options.includes("level=source") ? "source" : "wire",
    peer: options.includes("peer=vox-0.8.2") ? "vox-0.8.2" : undefined,
    expected,
  };
}

/** Replaces what a case expects. */
export function updateFixture({ name }: ChangeFixture, expected: string): void {
  const path = `${folder}${name}.change`;
  const text = readFileSync(path, "utf8");
  writeFileSync(path, `${text.slice(0, text.indexOf("=== expect\n"))}=== expect\n${expected}`);
}

/** Compiles one version, in a folder of its own. */
export function compileVersion(
  files: Readonly<Record<string, string>>,
  base: string,
): Compilation & { model: Model } {
  const texts = Object.fromEntries(Object.entries(files).map(([path, text]) => [`${base}/${path}`, text]));
  const { model, ...rest } = compile(memoryHost(texts), Object.keys(texts));
  if (model === undefined) {
    throw new Error(rest.diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  }
  return { ...rest, model };
}

export function compareFixture(fixture: ChangeFixture): {
  readonly comparison: Comparison;
  readonly old: Model;
  readonly new: Model;
  readonly text: string;
} {
  const before = compileVersion(fixture.old, "/old");
  const after = compileVersion(fixture.new, "/new");
  const { level, peer } = fixture;
  const comparison = compareModels(before.model, after.model, {
    oldBase: "/old",
    newBase: "/new",
    level,
    peer,
  });
  const { findings, allowed } = applyAllowed(comparison.findings, after.files);
  const lines = [
    ...comparison.methods
      .filter((one) => one.oldClient !== "compatible" || one.newClient !== "compatible")
      .map((one) => `${one.method}: old client ${one.oldClient}, new client ${one.newClient}`),
    ...findings.map(({ diagnostic }) => `${diagnostic.code} ${diagnostic.message}`),
    ...allowed.map(({ finding, reason }) => `allowed ${finding.diagnostic.code}: ${reason}`),
    ...comparison.harmless.map(({ text }) => `harmless ${text}`),
  ];
  return { comparison, old: before.model, new: after.model, text: lines.map((line) => `${line}\n`).join("") };
}
