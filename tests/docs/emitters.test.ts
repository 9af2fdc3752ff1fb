/** The code of docs/emitters.md runs, and gives what the page shows. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError, generate as generateOnDisk } from "@voxrpc/cli";
import * as codegen from "@voxrpc/codegen";
import { transformSync } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/emitters.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```(ts|md)\n(.*?)^```$/gms)].map(([, language, text = ""]) => ({
  language,
  text,
}));

/** Runs a block of the page with the names that it imports. @returns the constants that it declares */
function run(text: string, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const code = transformSync(text, { loader: "ts" }).code;
  const names = [...code.matchAll(/^(?:export )?const (?:\{ (.*?) \}|(\w+)) =/gm)].flatMap(
    ([, many, one = ""]) => many?.split(", ").map((each) => each.replace(/^.*: /, "")) ?? [one],
  );
  const body = code.replace(/^import .*$/gm, "").replace(/^export (?:\{[^}]*\};)?/gm, "");
  const all = { ...codegen, ...given };
  return new Function(...Object.keys(all), `${body}\nreturn { ${names.join(", ")} };`)(
    ...Object.values(all),
  ) as Readonly<Record<string, unknown>>;
}

describe("the page", () => {
  const [, memory, rendering, emitter] = blocks.filter(({ language }) => language === "ts");
  const shown = blocks.find(({ language }) => language === "md");

  it("generates without a disk", () => {
    const { outputs, diagnostics } = run(memory?.text ?? "", {}) as unknown as codegen.Generated;
    expect(diagnostics).toEqual([]);
    expect(outputs.map(({ path }) => path)).toEqual(["shop.vox.ts"]);
    expect(outputs[0]?.text).toContain("open(day: string");
  });

  it("shows diagnostics with their lines of source", () => {
    const { texts } = run(rendering?.text ?? "", {}) as unknown as { readonly texts: readonly string[] };
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain("open(day: strin)");
  });

  it("has an emitter that writes what it shows", () => {
    const { host } = run(memory?.text ?? "", {});
    const { outputs } = run(emitter?.text ?? "", { host }) as unknown as codegen.Generated;
    expect(outputs).toEqual([{ path: "shop.vox.md", source: "/shop.vox", text: shown?.text }]);
  });
});

describe("generate of the command line", () => {
  let cwd = "";
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "vox-generate-"));
    writeFileSync(join(cwd, "shop.vox"), "service Shop {\n  open(day: string) -> bool\n}\n");
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  it("writes what is not current, and names what it depends on", async () => {
    const options = { cwd, schemas: ["shop.vox"], out: "gen" };
    const first = await generateOnDisk(options);
    expect(first).toMatchObject({
      ok: true,
      findings: [],
      changed: [{ change: "created", path: "gen/shop.vox.ts" }],
      inputs: [expect.stringMatching(/\/shop\.vox$/)],
      outputs: [
        {
          source: expect.stringMatching(/\/shop\.vox$/) as string,
          path: expect.stringMatching(/\/gen\/shop\.vox\.ts$/) as string,
        },
      ],
    });
    expect((await generateOnDisk(options)).changed).toEqual([]);
  });

  it("compares without writing", async () => {
    const { changed } = await generateOnDisk({ cwd, schemas: ["shop.vox"], out: "gen", write: false });
    expect(changed).toEqual([{ change: "created", path: "gen/shop.vox.ts" }]);
    expect(() => readFileSync(join(cwd, "gen/shop.vox.ts"))).toThrow("ENOENT");
  });

  it("gives errors of schemas as findings with their place, and writes nothing", async () => {
    writeFileSync(join(cwd, "shop.vox"), "service Shop {\n  open(day: strin) -> bool\n}\n");
    const { ok, findings, outputs } = await generateOnDisk({ cwd, schemas: ["shop.vox"], out: "gen" });
    expect({ ok, outputs }).toEqual({ ok: false, outputs: [] });
    expect(findings).toMatchObject([
      { severity: "error", file: "shop.vox", start: { line: 2, column: 13 }, text: expect.any(String) },
    ]);
  });

  it.each<[string, object, string]>([
    ["an empty schema", { schemas: [""], out: "gen" }, "`schemas[0]` must not be empty"],
    ["no schemas in a list", { schemas: [], out: "gen" }, "`schemas` must name at least one"],
    ["an empty folder", { schemas: "shop.vox", out: "" }, "`out` must not be empty"],
    ["an empty root", { schemas: "shop.vox", out: "gen", root: " " }, "`root` must not be empty"],
    [
      "another extension",
      { schemas: "shop.vox", out: "gen", importExtension: "foo" },
      "`importExtension` must",
    ],
    ["a name that is no option", { schema: ["shop.vox"], out: "gen" }, "`schema` is not a key that exists"],
    ["a number for a folder", { schemas: "shop.vox", out: 1 }, "`out` must be a text, not 1"],
    ["no object", null as never, "the options: must be an object, not null"],
  ])("refuses %s, with the name of the option", async (_, options, message) => {
    const given = options === null ? options : { cwd, ...options };
    await expect(generateOnDisk(given)).rejects.toThrow(`generate: ${message}`);
    expect(() => readFileSync(join(cwd, "gen/shop.vox.ts"))).toThrow("ENOENT");
  });

  it.each<[string, Parameters<typeof generateOnDisk>[0], string]>([
    ["no schema and no config", {}, "Usage"],
    ["a schema that is not there", { schemas: ["gone.vox"], out: "gen" }, "Usage"],
    ["a config that is not there", { config: "vox.config.json" }, "Usage"],
  ])("rejects for %s", async (_, options, code) => {
    const error = await generateOnDisk({ cwd, ...options }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CliError);
    expect((error as CliError).code).toBe(code);
  });
});
