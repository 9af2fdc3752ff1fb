import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Folder, greeter, root, run } from "../support/command.js";

describe("vox-gen as a process", () => {
  it("prints its version and help on standard output", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
    expect(await run(root, ["--version"])).toMatchObject({ code: 0, out: `${version}\n`, error: "" });
    expect(await run(root, ["--help"])).toMatchObject({
      code: 0,
      error: "",
      out: expect.stringContaining("implement"),
    });
  });

  it("ends with 0 when all is well, 1 for a schema, 2 for the command line", async () => {
    using folder = new Folder({ "a.vox": greeter });
    const args = ["generate", "a.vox", "--out", "gen"];
    const first = await run(folder.path, args);
    expect(first).toMatchObject({ code: 0, error: "" });
    expect(first.out).toMatch(/^created gen\/a\.vox\.ts\nwrote 1 file, 0 unchanged in \d+ ms\n$/);
    expect(await run(folder.path, [...args, "--check"])).toMatchObject({ code: 0 });
    folder.write("a.vox", greeter.replace("-> string", "-> strng"));
    const bad = await run(folder.path, args);
    expect(bad).toMatchObject({ code: 1, out: "" });
    expect(bad.error).toContain("a.vox:5:26");
    expect(bad.error).toContain("did you mean `string`?");
    expect(await run(folder.path, ["generate", "a.vox"])).toMatchObject({ code: 2, out: "" });
    expect(await run(folder.path, ["genrate"])).toMatchObject({
      code: 2,
      error: "error: there is no command genrate\nhelp: did you mean vox-gen generate?\n",
    });
  });

  it("colours a terminal only, or where an option requests it", async () => {
    using folder = new Folder({ "a.vox": "package a\nstruct A { x: nope }\n" });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI codes begin with one
    const code = /\u001b\[/;
    const args = ["check", "a.vox"];
    expect((await run(folder.path, args, { NO_COLOR: undefined })).error).not.toMatch(code);
    expect((await run(folder.path, args, { NO_COLOR: undefined, FORCE_COLOR: "1" })).error).toMatch(code);
    expect((await run(folder.path, args, { FORCE_COLOR: "1" })).error).not.toMatch(code);
  });

  it("loads a TypeScript config, with what it imports", async () => {
    using folder = new Folder({
      "greeter.vox": greeter,
      "vox.config.ts": [
        'import { defineConfig, type VoxConfig } from "@voxrpc/cli";',
        'import { out } from "./settings.js";',
        'const config: VoxConfig = defineConfig({ schemas: ["*.vox"], out });',
        "export default config;",
      ].join("\n"),
      "settings.ts": 'export const out: string = "gen";\n',
    });
    mkdirSync(folder.at("node_modules"));
    symlinkSync(join(root, "node_modules/@voxrpc"), folder.at("node_modules/@voxrpc"));
    // The compiler of the project does not matter: from version 7 on it transpiles nothing for others.
    folder.write("node_modules/typescript/index.js", 'module.exports = { version: "7.0.2" };\n');
    expect(await run(folder.path, ["generate"])).toMatchObject({ code: 0, error: "" });
    expect(existsSync(folder.at("gen/greeter.vox.ts"))).toBe(true);
    folder.write("vox.config.ts", 'export default { schemas: "*.vox", out: 1 as unknown as string };\n');
    expect(await run(folder.path, ["generate"])).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^error: vox\.config\.ts: `out` /),
    });
    folder.write("vox.config.ts", 'export default { schemas: "*.vox" out: "gen" };\n');
    expect(await run(folder.path, ["generate"])).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^error: vox\.config\.ts: .*(expected ","|',' expected|comma)/i),
    });
    folder.write("vox.config.ts", "export default {{;\n");
    const broken = await run(folder.path, ["generate"]);
    expect(broken.code).toBe(2);
    expect(broken.error).toMatch(/^error: vox\.config\.ts: /);
  });

  it("implements a service, and says what it changed", async () => {
    using folder = new Folder({ "greeter.vox": greeter });
    const args = ["implement", "Greeter", "src/greeter.ts", "--schema", "greeter.vox", "--out", "src/gen"];
    expect(await run(folder.path, args)).toMatchObject({
      code: 0,
      out: "created src/greeter.ts\n  added hello\n",
    });
    const skeleton = readFileSync(folder.at("src/greeter.ts"), "utf8");
    expect(skeleton).toContain('from "./gen/greeter.vox.js"');
    const own = skeleton.replace(/throw new Error\(.*\);/, 'return "mine"; // keep this');
    folder.write("src/greeter.ts", own);
    folder.write(
      "greeter.vox",
      greeter.replace("hello(name: string)", "hello(name: string, loud: bool)\n  bye()"),
    );
    expect(await run(folder.path, args)).toMatchObject({
      code: 0,
      out: "updated src/greeter.ts\n  added bye\n  updated the signature of hello\n",
    });
    const updated = readFileSync(folder.at("src/greeter.ts"), "utf8");
    expect(updated).toContain("hello(name: string, loud: boolean");
    expect(updated).toContain('return "mine"; // keep this');
    expect(updated).toContain("bye(");
    expect((await run(folder.path, args)).out).toBe("unchanged src/greeter.ts: Greeter is complete\n");
    const json = await run(folder.path, [...args, "--format", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({ event: "implemented", change: "unchanged", added: [] });
    const missing = await run(folder.path, args.with(1, "Greetr"));
    expect(missing).toMatchObject({
      code: 2,
      error: "error: there is no service Greetr\nhelp: did you mean Greeter?\n",
    });
    folder.write("src/greeter.ts", "export class GreeterService {\n");
    const broken = await run(folder.path, args);
    expect(broken.code).toBe(2);
    expect(broken.error).toMatch(/^error: src\/greeter\.ts:\d+:\d+: /);
    folder.write("greeter.vox", "service {");
    expect(await run(folder.path, args)).toMatchObject({ code: 1 });
    expect(readFileSync(folder.at("src/greeter.ts"), "utf8")).toBe("export class GreeterService {\n");
  });
});
