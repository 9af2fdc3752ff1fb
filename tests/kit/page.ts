/** Pages of the documentation whose examples are in a test. */
import { readFileSync } from "node:fs";

/**
 * Examples of a page that its test does not hold, whatever the indentation: none when the test runs all of them.
 * @param page name of the file in `docs/`
 * @param test the `import.meta.url` of the test
 */
export function examplesMissing(page: string, test: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const examples = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => flat(code));
  if (examples.length < 5) throw new Error(`${page} has ${examples.length} examples`);
  const source = flat(readFileSync(new URL(test), "utf8"));
  return examples.filter((example) => !source.includes(example));
}

/** Without indentation, line breaks and comments, which a formatter sets as it likes. */
function flat(code: string): string {
  return code.replaceAll(/ *\/\/ .*$/gm, "").replaceAll(/\s+/g, "");
}
