import { describe, expect, it } from "vitest";
import { type Interest, isCovered, isInteresting, isInterestingFolder, watchedFolders } from "./interest.js";
import { watchRoots } from "./watcher.js";

const interest: Interest = {
  trees: ["/p/schemas"],
  files: new Set(["/p/vox.config.json", "/other/common.vox"]),
};

describe("interest", () => {
  it("takes schemas of a tree and single files, and nothing else", () => {
    const yes = ["/p/schemas/a.vox", "/p/schemas/x/y/b.vox", "/p/vox.config.json", "/other/common.vox"];
    const no = [
      "/p/schemas/a.ts",
      "/p/a.vox",
      "/p/schemasa/a.vox",
      "/other/b.vox",
      "/p/schemas/node_modules/x/a.vox",
      "/p/schemas/.git/a.vox",
    ];
    for (const path of yes) expect(isInteresting(interest, path), path).toBe(true);
    for (const path of no) expect(isInteresting(interest, path), path).toBe(false);
  });

  it("looks into folders on the way to something", () => {
    const yes = ["/", "/p", "/p/schemas", "/p/schemas/deep/er", "/other"];
    const no = ["/p/src", "/p/node_modules", "/p/schemas/node_modules", "/else"];
    for (const path of yes) expect(isInterestingFolder(interest, path), path).toBe(true);
    for (const path of no) expect(isInterestingFolder(interest, path), path).toBe(false);
  });

  it("knows whether what is watched suffices", () => {
    expect(isCovered(interest, interest)).toBe(true);
    expect(isCovered(interest, { trees: ["/p/schemas/x"], files: new Set(["/p/schemas/new.vox"]) })).toBe(
      true,
    );
    expect(isCovered(interest, { trees: ["/p"], files: new Set() })).toBe(false);
    expect(isCovered(interest, { trees: [], files: new Set(["/p/new.vox"]) })).toBe(false);
  });

  it("watches from a folder that stays", () => {
    expect(watchedFolders(interest)).toEqual(["/other", "/p", "/p/schemas"]);
    expect([...watchRoots(interest, "/p")]).toEqual(["/", "/p"]);
    expect([...watchRoots({ trees: ["/p"], files: new Set() }, "/p/deep")]).toEqual(["/p"]);
  });
});
