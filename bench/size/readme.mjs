/** The sizes in the README: those of a page in `limits.json`, in kB, rounded up. */
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../../README.md", import.meta.url);
const pattern = /(\d+)( kB \(gzip\) for a client of unary calls,? and )(\d+)( kB with every kind of stream)/;

const kilobytes = (bytes) => Math.ceil(bytes / 1000);

/** @returns what is wrong with the README, if anything */
export function faultOfReadme({ page, "page-streams": streams }) {
  const found = pattern.exec(readFileSync(file, "utf8"));
  if (found === null) return `README.md names no sizes of a client: expected a text like ${pattern.source}`;
  const [, first, , second] = found;
  const expected = `${kilobytes(page)} kB and ${kilobytes(streams)} kB`;
  const said = `${first} kB and ${second} kB`;
  return said === expected
    ? undefined
    : `README.md says ${said}, and the limits are ${expected}: run with --set`;
}

/** Writes the sizes of these limits into the README. */
export function setReadme({ page, "page-streams": streams }) {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(pattern, `${kilobytes(page)}$2${kilobytes(streams)}$4`));
}
