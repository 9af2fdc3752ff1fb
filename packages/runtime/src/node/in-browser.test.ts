import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as node from "./index.js";

const text = readFileSync(new URL("./in-browser.ts", import.meta.url), "utf8");

describe("the entry for Node in a browser", () => {
  it("says in one sentence what to import instead", async () => {
    await expect(import("./in-browser.js")).rejects.toThrow(
      /^@voxrpc\/runtime\/node runs on Node only: in a browser, import connect from @voxrpc\/runtime\/web and .*$/,
    );
  });

  it("has every name of the entry, so that bundlers find what is imported", () => {
    const names = [...text.matchAll(/^export const (\w+): never/gm)].map(([, name]) => name);
    expect(names.sort()).toStrictEqual(Object.keys(node).sort());
  });

  it("is what the package gives to browsers", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      exports: Record<string, Record<string, string>>;
    };
    expect(Object.entries(manifest.exports["./node"] ?? {})).toStrictEqual([
      ["types", "./dist/node/index.d.ts"],
      ["browser", "./dist/node/in-browser.js"],
      ["default", "./dist/node/index.js"],
    ]);
  });
});
