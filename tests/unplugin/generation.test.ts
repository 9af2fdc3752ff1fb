/** When the plugin makes the code of a schema again. */
import { readFileSync, statSync, utimesSync } from "node:fs";
import { expect, it } from "vitest";
import { Generation } from "../../packages/unplugin/src/generation.js";
import { project, schema } from "./project.js";

const inAnHour = new Date(Date.now() + 3_600_000);
const longAgo = new Date(2020, 0, 1);

it("does not run again while nothing has changed", async () => {
  using app = project();
  for (const path of ["src/catalog.vox", "common/money.vox"])
    utimesSync(`${app.folder}/${path}`, longAgo, longAgo);
  const generation = new Generation({ root: app.folder });
  const { path } = await generation.outputOf(`${app.folder}/src/catalog.vox`);
  const { mtimeMs } = statSync(path);
  utimesSync(path, longAgo, longAgo);
  await generation.outputOf(`${app.folder}/src/catalog.vox`);
  await generation.outputOf(`${app.folder}/src/catalog.vox`);
  expect(statSync(path).mtimeMs).toBeLessThan(mtimeMs);
});

it("runs again for a schema that may have been saved while the run went on", async () => {
  using app = project();
  const path = `${app.folder}/src/catalog.vox`;
  utimesSync(path, inAnHour, inAnHour);
  const generation = new Generation({ root: app.folder });
  const output = await generation.outputOf(path);
  // The same size and time, as when the compiler has read the text before the last save.
  app.write("src/catalog.vox", schema.replace("price(", "quote("));
  utimesSync(path, inAnHour, inAnHour);
  await generation.outputOf(path);
  expect(readFileSync(output.path, "utf8")).toContain("quote(");
});
