/** The house is as its page and its list of layers say. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(`${root}docs/architecture.md`, "utf8");
const layers = createRequire(import.meta.url)("../../scripts/layers.cjs") as Record<string, string[][]>;

const isShipped = (path: string): boolean =>
  path.endsWith(".ts") && !/\.(test|test-d|fixture)\.ts$/.test(path);

/** The content of the sources of a package: folders with a slash behind them, and files. */
const unitsOf = (name: string): string[] =>
  readdirSync(`${root}packages/${name}/src`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || isShipped(entry.name))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));

/** Files that ship, with their texts. */
const filesOf = (name: string): { readonly path: string; readonly text: string }[] =>
  readdirSync(`${root}packages/${name}/src`, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter(isShipped)
    .map((path) => ({ path, text: readFileSync(`${root}packages/${name}/src/${path}`, "utf8") }));

/** The tables of the page, in the order of the packages. */
const tables = page.split("| folder | what it holds |").slice(1);
const packages = ["runtime", "codegen", "cli", "react", "unplugin"];

describe.each(packages.map((name, index) => [name, tables[index] ?? ""] as const))("%s", (name, table) => {
  it("has every folder and file in its layers, and no other", () => {
    expect(layers[name]?.flat().sort()).toEqual(unitsOf(name).sort());
  });

  it("has one sentence for every folder on the page, and none for a folder that is gone", () => {
    const described = [...table.matchAll(/^\| `([\w-]+\/)` \| \S.*\|$/gm)].map(([, folder = ""]) => folder);
    expect(described.sort()).toEqual(
      unitsOf(name)
        .filter((unit) => unit.endsWith("/"))
        .sort(),
    );
  });

  it("has no class of 450 lines, the grammar apart", () => {
    const long = filesOf(name).flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?(?:abstract )?class (\w+)[\s\S]*?\n\}/gm)]
        .filter(([body, each]) => body.split("\n").length - 2 >= 450 && each !== "VoxParser")
        .map(([, each]) => `${path}: ${each}`),
    );
    expect(long).toEqual([]);
  });
});

it("names files and folders that exist", () => {
  const sources = packages.flatMap((name) => filesOf(name).map(({ path }) => path));
  const named = [...page.matchAll(/`((?:[\w.-]+\/)*(?:[\w-]+\/|[\w-]+\.(?:ts|cjs|mjs)))`/g)].map(
    ([, path = ""]) => path,
  );
  expect(named.filter((path) => path.endsWith(".ts")).length).toBeGreaterThan(40);
  // A name without a folder is a file of the folder that the sentence is about, or a file beside the folders.
  const isThere = (path: string): boolean =>
    existsSync(`${root}${path}`) ||
    (path.endsWith("/")
      ? packages.some((name) => existsSync(`${root}packages/${name}/src/${path}`))
      : sources.some((source) => source === path || (!path.includes("/") && source.endsWith(`/${path}`))));
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

describe("the way of each call, resume and offered connection", () => {
  const ways = page.split(/^## /m).filter((section) => section.startsWith("The way of "));

  it("names files of the runtime by their folders, where a sentence names them first", () => {
    expect(ways.map((way) => way.split("\n")[0])).toEqual([
      "The way of a call",
      "The way of a resume",
      "The way of an offered connection",
    ]);
    const bare = ways.flatMap((way) => {
      const seen = new Set<string>();
      return [...way.matchAll(/`((?:[a-z]+\/)?[a-z-]+\.ts)`/g)].flatMap(([, path = ""]) => {
        const [name = ""] = path.split("/").slice(-1);
        const isKnown = seen.has(name);
        seen.add(name);
        if (path.includes("/")) return existsSync(`${root}packages/runtime/src/${path}`) ? [] : [path];
        return isKnown ? [] : [path];
      });
    });
    expect(bare).toEqual([]);
  });
});

describe("the runtime outside of node/ and sqlite/", () => {
  const portable = filesOf("runtime").filter(({ path }) => !/^(node|sqlite)\//.test(path));

  it("imports no platform", () => {
    const importing = portable.filter(({ text }) => /(from|import\()\s*"node:/.test(text));
    expect(importing.map(({ path }) => path)).toEqual([]);
  });

  it("starts timers in the clock alone; a turn of the event loop is no timer", () => {
    const timing = portable.filter(({ text }) => /(?<![\w.])set(Timeout|Interval)\((?!.*, 0\))/.test(text));
    expect(timing.map(({ path }) => path)).toEqual(["clock.ts"]);
  });
});
