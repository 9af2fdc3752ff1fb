/**
 * A release is made of changesets: one version for all packages, and their lines in the changelog. Nothing is
 * published.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import getReleasePlan from "@changesets/get-release-plan";
import { afterAll, describe, expect, it } from "vitest";
// @ts-expect-error a script without declarations
import { missingAddresses, publishedManifest, releasedChangelog } from "../../scripts/release-parts.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const packages = ["@voxrpc/cli", "@voxrpc/codegen", "@voxrpc/react", "@voxrpc/runtime", "unplugin-vox"];
const folder = mkdtempSync(join(tmpdir(), "vox-release-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Without a repository: a plan is made of files alone.
for (const file of ["package.json", "package-lock.json", ".changeset"])
  cpSync(root + file, join(folder, file), { recursive: true });
for (const name of readdirSync(`${root}packages`)) {
  mkdirSync(join(folder, "packages", name), { recursive: true });
  cpSync(`${root}packages/${name}/package.json`, join(folder, "packages", name, "package.json"));
}

async function planOf(changeset: string) {
  writeFileSync(join(folder, ".changeset/one.md"), changeset);
  return getReleasePlan(folder);
}

describe("changesets", () => {
  it("of this checkout name packages that exist", async () => {
    const { releases } = await getReleasePlan(root);
    expect(new Set(releases.map(({ newVersion }) => newVersion)).size).toBeLessThanOrEqual(1);
  });

  it.each(packages)("for %s give all packages one version", async (name) => {
    const { releases, changesets } = await planOf(`---\n"${name}": minor\n---\n\nA line.\n`);
    const published = releases.filter((each) => packages.includes(each.name));
    expect(published.map((each) => each.name).sort()).toEqual(packages);
    expect(new Set(published.map(({ newVersion }) => newVersion))).toEqual(new Set(["0.2.0"]));
    expect(changesets.map(({ summary }) => summary)).toEqual(["A line."]);
  });

  it("for a package that does not exist are refused", async () => {
    await expect(planOf('---\n"@voxrpc/nothing": minor\n---\n\nA line.\n')).rejects.toThrow(
      "@voxrpc/nothing",
    );
  });
});

describe("the changelog of a release", () => {
  it("gives what is unreleased a version, with the lines of the changesets in front", () => {
    const before = "# Changelog\n\n## 0.1.0, unreleased\n\nFirst version.\n\n* Old.\n";
    expect(releasedChangelog(before, "0.1.0", "2027-01-02", ["New.", "Two\nlines."])).toBe(
      "# Changelog\n\n## 0.1.0, 2027-01-02\n\nFirst version.\n\n* New.\n* Two\n  lines.\n* Old.\n",
    );
  });

  it("gets a section where nothing is unreleased", () => {
    expect(
      releasedChangelog("# Changelog\n\n## 0.1.0, 2027-01-02\n\n* Old.\n", "0.2.0", "2027-02-03", [
        "$& is text.",
      ]),
    ).toBe("# Changelog\n\n## 0.2.0, 2027-02-03\n\n* $& is text.\n\n## 0.1.0, 2027-01-02\n\n* Old.\n");
  });

  it("of this checkout has one place for lines", () => {
    const text = readFileSync(`${root}CHANGELOG.md`, "utf8");
    const after: string = releasedChangelog(text, "9.9.9", "2027-01-02", ["A line."]);
    expect(after).toMatch(/^## 9\.9\.9, 2027-01-02$/m);
    expect(after.split("* A line.\n")).toHaveLength(2);
    expect(after.length - text.length).toBeLessThan(60);
  });
});

describe("a release", () => {
  it("is refused without addresses of the project", () => {
    expect(missingAddresses({ name: "voxrpc" })).toEqual(["repository", "homepage", "bugs"]);
    expect(missingAddresses({ repository: "r", homepage: "h", bugs: "b" })).toEqual([]);
  });

  it("writes the addresses of the root into each package", () => {
    const addresses = {
      repository: { type: "git", url: "git+https://example.org/vox.git" },
      homepage: "h",
      bugs: "b",
    };
    expect(publishedManifest({ name: "@voxrpc/cli" }, addresses, "packages/cli")).toEqual({
      name: "@voxrpc/cli",
      repository: { type: "git", url: "git+https://example.org/vox.git", directory: "packages/cli" },
      homepage: "h",
      bugs: "b",
    });
  });
});
