/** Texts of others that the compiler and the command line read: schemas, lock files, config files. */
import { compile, memoryHost, openLock, writeLock } from "@voxrpc/codegen";
import { checkConfig } from "../../../packages/cli/src/config/schema.js";
import { modelOf } from "../../support/generated.js";
import { fixtureNames, fixtureText, type Target, textTarget } from "../target.js";

/** A text of the config goes to a terminal. */
const longestText = 4000;

function voxTexts(): string[] {
  return ["good/", "bad/"].flatMap((folder) =>
    fixtureNames(folder)
      .filter((name) => name.endsWith(".vox"))
      .map((name) => fixtureText(folder + name))
      .filter((text) => text.length < 4000),
  );
}

/** Declarations by themselves: short texts are quick, and most of what is wrong is wrong in one of them. */
function declarations(texts: readonly string[]): string[] {
  const blocks = texts.flatMap((text) => text.split(/\n{2,}/)).filter((block) => block.length < 400);
  return [...new Set(blocks)];
}

/** Any text gives a model, or errors. */
export function vox(): Target {
  const texts = voxTexts();
  return textTarget([...texts, ...declarations(texts)], (text) => {
    const { model, diagnostics } = compile(memoryHost({ "/a.vox": text }), ["/a.vox"]);
    if ((model === undefined) !== diagnostics.some(({ severity }) => severity === "error"))
      throw new Error("a model and an error, or neither");
  });
}

/** Any text is a lock or has a problem, and a lock is written as it was read. */
export function lock(): Target {
  const small = ["design/", ""].flatMap((folder) =>
    fixtureNames(`good/${folder}`)
      .filter((name) => name.endsWith(".vox"))
      .map((name) => fixtureText(`good/${folder}${name}`)),
  );
  const locks = small.flatMap((text) => {
    try {
      return [writeLock(modelOf({ "/test.vox": text }), "/")];
    } catch {
      // It imports other files.
      return [];
    }
  });
  return textTarget(locks, (text) => {
    const opened = openLock(text, "/locked");
    if ("problem" in opened === "model" in opened) throw new Error("a model and a problem, or neither");
  });
}

const configs: readonly string[] = [
  '{ "schemas": "schemas/*.vox", "out": "gen" }',
  '{ "schemas": ["a.vox", "b"], "out": "gen", "root": ".", "importExtension": ".js", "$schema": "x" }',
  '{ "schemas": "a", "out": "b", "watch": { "debounceMs": 5, "pollMs": 50 }, "__proto__": { "polluted": 1 } }',
  `{ "schemas": "a", "out": "b", "breaking": { "against": "main", "level": "wire", "peer": "vox-0.8.2", "strict": true,
     "allow": [{ "code": "VOX5003", "at": "a.vox", "reason": "no client has it" }] } }`,
  '{ "schemas": "a", "out": "b", "rust": { "out": "src", "types": { "A": "B", "constructor": "C", "__proto__": "D" } } }',
];

/** Any JSON is a config or has problems with texts that end; no member of it gets into other objects. */
export function config(): Target {
  return textTarget(configs, (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return;
    }
    const checked = checkConfig(value);
    if ("polluted" in {}) throw new Error("the config has changed the prototype of objects");
    if ("config" in checked) {
      if (Object.getPrototypeOf(checked.config) !== Object.prototype)
        throw new Error("a config with a prototype");
      if ("polluted" in checked.config) throw new Error("a config that has more than its keys");
      return;
    }
    if (checked.problems.length === 0) throw new Error("no config and no problem");
    for (const { path, message } of checked.problems)
      if (path.length + message.length > longestText + text.length) throw new Error("a text without end");
  });
}
