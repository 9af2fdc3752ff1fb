import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Ended, Folder, Running, root, run } from "../support/command.js";

/** Packing, installing and compiling: minutes on a busy machine. */
const timeoutMs = 480_000;

/** npm as a process; fails with all that it said. */
async function npm(cwd: string, ...args: readonly string[]): Promise<Ended> {
  await using running = new Running("npm", args, cwd);
  const ended = await running.ended();
  if (ended.code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${ended.code}:\n${running.said}`);
  return ended;
}

/** The commands that `init` names. */
function adviceOf(out: string): readonly string[] {
  const lines = out.slice(out.indexOf("\nNext:\n")).split("\n");
  return lines.filter((line) => line.startsWith("  ")).map((line) => line.trim());
}

const answers = [
  "Hello, Ada!",
  "Hola, Dr. Curie!",
  "refused: NoName",
  "refused: { kind: 'TooLong', limit: 40 }",
  "greeted so far: 2",
  "",
].join("\n");

/** Does what `init` says, word by word, and nothing else. */
async function follow(out: string, cwd: string): Promise<string> {
  const script = ["set -e", ...adviceOf(out)].join("\n");
  const environment = {
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_prefer_offline: "true",
    npm_config_loglevel: "error",
  };
  await using running = new Running("sh", ["-c", script], cwd, environment);
  const ended = await running.ended();
  expect(ended.code, running.said).toBe(0);
  return ended.out;
}

describe("vox-gen init", () => {
  it("makes a project from tarballs, in which the printed commands succeed", {
    timeout: timeoutMs,
  }, async () => {
    using folder = new Folder({ "a tool/package.json": '{ "private": true }' });
    for (const name of ["runtime", "codegen", "cli"])
      await npm(join(root, "packages", name), "pack", "--silent", "--pack-destination", folder.path);
    const tarballs = readdirSync(folder.path).filter((name) => name.endsWith(".tgz"));
    const tool = folder.at("a tool");
    await npm(
      tool,
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      ...tarballs.map((name) => `../${name}`),
    );
    const init = await npm(tool, "exec", "--", "vox-gen", "init", "../my project");
    expect(init.out).toContain("created ../my project/vox.config.ts");

    const out = await follow(init.out, tool);
    expect(out).toMatch(/serving Greeter on tcp:\/\/127\.0\.0\.1:\d+/);
    expect(out.slice(out.indexOf("Hello"))).toBe(answers);

    const project = folder.at("my project");
    await npm(project, "run", "build");
    await using watching = new Running("npm", ["run", "--silent", "dev"], project);
    await watching.line(/^watching /);
    watching.kill("SIGINT");
    expect((await watching.ended()).out).toMatch(/\nstopped\n$/);

    // Existing files stay.
    const manifest = readFileSync(join(project, "package.json"), "utf8");
    expect(await run(folder.path, ["init", "my project"])).toMatchObject({ code: 2, out: "" });
    expect(readFileSync(join(project, "package.json"), "utf8")).toBe(manifest);
  });

  it("makes a project from a checkout, in which the printed commands succeed", {
    timeout: timeoutMs,
  }, async () => {
    using folder = new Folder();
    const { code, out } = await run(folder.path, ["init", "hello"]);
    expect(code).toBe(0);
    const said = await follow(out, folder.path);
    expect(said.slice(said.indexOf("Hello"))).toBe(answers);
  });
});
