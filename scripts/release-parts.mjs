/** The parts of a release that are text alone; tests/packages/release.test.ts runs them. */

/** Members of a manifest that say where a package comes from. They are written in the root manifest only. */
const addresses = ["repository", "homepage", "bugs"];

/** @returns the addresses that the root manifest lacks: a package without them is not published */
export function missingAddresses(manifest) {
  return addresses.filter((name) => manifest[name] === undefined || manifest[name] === "");
}

/** The manifest of a package with its version, the addresses of the root manifest, and its own folder. */
export function publishedManifest(manifest, root, folder) {
  const { repository, homepage, bugs } = root;
  const url = typeof repository === "string" ? repository : repository.url;
  return {
    ...manifest,
    repository: { type: "git", url, directory: folder },
    homepage,
    bugs,
  };
}

/**
 * The changelog after a release. The section "unreleased" gets the version and the date, and the lines of the
 * changesets in front. Without that section a new one is made.
 * @param lines of the changesets, one for each change
 */
export function releasedChangelog(changelog, version, date, lines) {
  const heading = `## ${version}, ${date}`;
  const bullets = lines.map((line) => `* ${line.trim().replaceAll("\n", "\n  ")}\n`).join("");
  const open = /^## .*, unreleased\n(?:\n(?!\*).*\n)*\n/m.exec(changelog);
  if (open !== null) {
    const released = open[0].replace(/^## .*$/m, heading) + bullets;
    return changelog.replace(open[0], () => released);
  }
  return changelog.replace(/^# .*\n\n/, (title) => `${title}${heading}\n\n${bullets}\n`);
}
