/** The example of docs/changing-a-schema.md as processes: an old client and a new server. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Running, root } from "../support/command.js";

it("an old client and a new server say what the page shows", async () => {
  const page = readFileSync(join(root, "docs/changing-a-schema.md"), "utf8");
  const command = "node examples/changing-a-schema/start.mjs";
  const shown = new RegExp(`\\$ ${command}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  await using example = new Running(
    process.execPath,
    [join(root, "examples/changing-a-schema/start.mjs")],
    root,
  );
  const { code, out, error } = await example.ended();
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(out).toBe(shown);
});
