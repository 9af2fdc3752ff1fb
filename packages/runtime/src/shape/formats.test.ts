import { describe, expect, it } from "vitest";
import { hasTextFormat, type TextFormat, textFormats } from "./formats.js";

const cases: Readonly<Record<TextFormat, readonly [good: readonly string[], bad: readonly string[]]>> = {
  uuid: [["67e55044-10b1-426f-9247-bb680e5fe0c8"], ["67e5504410b1426f9247bb680e5fe0c8", "67e55044-10b1-426f-9247-bb680e5fe0cg"]],
  ulid: [["01ARZ3NDEKTSV4RRFFQ69G5FAV"], ["81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAI"]],
  date: [["2026-11-30", "2024-02-29"], ["2026-02-30", "2026-13-01", "26-1-1", "2026-11-30T00:00:00Z"]],
  time: [["15:50:00", "23:59:60.123456789"], ["24:00:00", "15:50", "15:50:00Z"]],
  date_time: [["2026-11-30T15:50:00Z", "2026-11-30T15:50:00.5+01:00"], ["2026-11-30", "2026-11-31T15:50:00Z", "2026-11-30T15:50:00"]],
  uri: [["https://a.example/b?c", "mailto:a@b.c"], ["/a/b", "a b", "http://"]],
  email: [["a@b.example"], ["a", "a@", "@b", "a b@c.d", "a@b..c"]],
  decimal: [["12.50", "-3", "0"], ["1e3", ".5", "1.", "", "1,0"]],
  semver: [["1.2.3", "1.0.0-rc.1+5"], ["1.2", "01.2.3", "v1.2.3"]],
}; // biome-ignore format: a table

describe("hasTextFormat", () => {
  it.each(textFormats)("%s", (format) => {
    const [good, bad] = cases[format];
    for (const text of good) expect([text, hasTextFormat(format, text)]).toEqual([text, true]);
    for (const text of bad) expect([text, hasTextFormat(format, text)]).toEqual([text, false]);
  });

  it("takes no longer for hostile texts", () => {
    const text = `${"a.".repeat(100_000)}!`;
    for (const format of textFormats) expect(hasTextFormat(format, text)).toBe(false);
  });
});
