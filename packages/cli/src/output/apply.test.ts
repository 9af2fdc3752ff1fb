import { lstatSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TemporaryFolder } from "../run.fixture.js";
import { applyChanges } from "./apply.js";

const everywhere = { problem: () => undefined };

describe("applyChanges", () => {
  it("creates, updates and removes, with the folders that it needs or leaves empty", () => {
    using folder = new TemporaryFolder({ "old/deep/a.ts": "a", "b.ts": "b", "kept.ts": "k" });
    applyChanges(
      [
        { change: "created", path: folder.at("new/deep/c.ts"), before: undefined, after: "c" },
        { change: "updated", path: folder.at("b.ts"), before: "b", after: "B" },
        { change: "removed", path: folder.at("old/deep/a.ts"), before: "a", after: undefined },
      ],
      folder.path,
      everywhere,
    );
    expect(folder.files()).toEqual(["b.ts", "kept.ts", "new/deep/c.ts"]);
    expect(folder.read("b.ts")).toBe("B");
    expect(statSync(folder.at("old"), { throwIfNoEntry: false })).toBeUndefined();
  });

  it("changes nothing when one file cannot be written", () => {
    using folder = new TemporaryFolder({ "a.ts": "a", blocked: "a file where a folder is wanted" });
    const changes = [
      { change: "updated", path: folder.at("a.ts"), before: "a", after: "A" },
      { change: "created", path: folder.at("blocked/b.ts"), before: undefined, after: "b" },
    ] as const;
    expect(() => applyChanges(changes, folder.path, everywhere)).toThrow(/cannot write .*blocked\/b\.ts/);
    expect(folder.files()).toEqual(["a.ts", "blocked"]);
    expect(folder.read("a.ts")).toBe("a");
  });

  it("leaves no temporary file when the rename fails", () => {
    using folder = new TemporaryFolder();
    mkdirSync(folder.at("a.ts/full"), { recursive: true });
    const change = { change: "created", path: folder.at("a.ts"), before: undefined, after: "a" } as const;
    expect(() => applyChanges([change], folder.path, everywhere)).toThrow(/cannot write .*a\.ts/);
    expect(folder.files()).toEqual([]);
  });

  it("writes through a symbolic link", () => {
    using folder = new TemporaryFolder({ "real/a.ts": "a" });
    symlinkSync(folder.at("real/a.ts"), folder.at("a.ts"));
    const change = { change: "updated", path: folder.at("a.ts"), before: "a", after: "A" } as const;
    applyChanges([change], folder.path, everywhere);
    expect(folder.read("real/a.ts")).toBe("A");
    expect(lstatSync(folder.at("a.ts")).isSymbolicLink()).toBe(true);
  });
});
