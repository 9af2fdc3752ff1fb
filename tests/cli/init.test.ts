import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Ended, Folder, Running, root, run } from "./command.js";

/** Packing, installing and compiling: minutes on a busy machine. */
const timeoutMs = 480_000;

/** npm as a process; fails with all that it said. */
async function npm(cwd: string, ...args: readonly string[]): Promise<Ended> {
  await using running = new Running("npm", args, cwd);
  const ended = await running.ended();
  if (ended.code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${ended.code}:\n${running.said}`);
  return ended;
}

describe("vox-gen init", () => {
  it("makes a project whose own scripts work after npm install", { timeout: timeoutMs }, async () => {
    using packed = new Folder();
    for (const name of ["runtime", "codegen", "cli"])
      await npm(join(root, "packages", name), "pack", "--silent", "--pack-destination", packed.path);
    const tarballs = readdirSync(packed.path);
    const tarball = (name: string): string => {
      const file = tarballs.find((entry) => entry.startsWith(`voxrpc-${name}-`));
      expect(file, name).toBeDefined();
      return `file:${packed.at(file ?? "")}`;
    };

    using folder = new Folder();
    const project = folder.at("hello");
    expect(await run(folder.path, ["init", "hello"])).toMatchObject({ code: 0, error: "" });
    // Our packages are in no registry yet: take the packed ones.
    const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    manifest.dependencies["@voxrpc/runtime"] = tarball("runtime");
    manifest.devDependencies["@voxrpc/cli"] = tarball("cli");
    manifest.overrides = {
      "@voxrpc/runtime": "$@voxrpc/runtime",
      "@voxrpc/codegen": tarball("codegen"),
    };
    writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
    await npm(project, "install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error");

    expect((await npm(project, "run", "generate")).out).toContain("created src/gen/greeter.vox.ts");
    await npm(project, "run", "build");
    const started = await npm(project, "start", "--silent");
    expect(started.out).toMatch(/serving Greeter on tcp:\/\/127\.0\.0\.1:\d+/);
    const answers = started.out.slice(started.out.indexOf("Hello"));
    expect(answers).toBe(
      [
        "Hello, Ada!",
        "Hola, Dr. Curie!",
        "refused: NoName",
        "refused: { kind: 'TooLong', limit: 40 }",
        "greeted so far: 2",
        "",
      ].join("\n"),
    );

    await using watching = new Running("npm", ["run", "--silent", "dev"], project);
    await watching.line(/^watching /);
    watching.kill("SIGINT");
    expect((await watching.ended()).out).toMatch(/\nstopped\n$/);

    // What is there stays.
    expect(await run(folder.path, ["init", "hello"])).toMatchObject({ code: 2, out: "" });
    expect(JSON.parse(readFileSync(join(project, "package.json"), "utf8"))).toEqual(manifest);
  });
});
