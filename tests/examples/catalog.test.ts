/** The catalog of `npm start`: what the README shows of it is what it says. Needs a build. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Running, root } from "../support/command.js";

it("survives a lost connection as the README shows it", async () => {
  const folder = join(root, "examples/catalog");
  const node = (...args: string[]): Buffer => execFileSync(process.execPath, args, { cwd: folder });
  node(join(root, "packages/cli/dist/bin.js"), "generate");
  node(join(root, "node_modules/typescript/lib/tsc.js"), "-p", ".");
  await using example = new Running(process.execPath, ["dist/start.js"], folder);
  const { code, out, error } = await example.ended();
  expect({ code, error }).toEqual({ code: 0, error: "" });
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const shown = /^```text\n(lose the connection.*?)^```/ms.exec(readme)?.[1];
  expect(shown).toBeDefined();
  expect(out).toContain(shown);
});
