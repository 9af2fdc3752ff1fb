/** The catalog of `npm start`: what the README shows of it is what it says. Needs a build. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Running, root } from "../support/command.js";
import { buildExample } from "../support/example.js";

it("survives a lost connection as the README shows it", async () => {
  const folder = buildExample("catalog");
  await using example = new Running(process.execPath, ["dist/start.js"], folder);
  const { code, out, error } = await example.ended();
  expect({ code, error }).toEqual({ code: 0, error: "" });
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const shown = /^```text\n(lose the connection.*?)^```/ms.exec(readme)?.[1];
  expect(shown).toBeDefined();
  expect(out).toContain(shown);
});
