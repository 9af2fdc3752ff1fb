/** Markers that a merge leaves in a text where two versions of it disagree. */

/** One conflict: offsets in UTF-16 units. */
export interface Conflict {
  /** Where its first marker line starts and ends. */
  readonly start: number;
  readonly end: number;
  /** The parts to skip: the marker lines, and all but the first of the versions. */
  readonly passed: readonly { readonly start: number; readonly end: number }[];
}

const marker = /^(<{7}|\|{7}|={7}|>{7})(?:[ \t][^\r\n]*)?(?=\r?$)/gm;

/** Conflicts of a text, in order. One that is not closed reaches to its last marker. */
export function mergeMarkers(text: string): readonly Conflict[] {
  if (!text.includes("<<<<<<<")) return [];
  const conflicts: Conflict[] = [];
  let open: { start: number; end: number; passed: { start: number; end: number }[] } | undefined;
  for (const { 0: line, 1: sign = "", index: start } of text.matchAll(marker)) {
    const end = start + line.length;
    if (sign.startsWith("<")) {
      open = { start, end, passed: [{ start, end }] };
      conflicts.push(open);
      continue;
    }
    const last = open?.passed.at(-1);
    if (open === undefined || last === undefined) continue;
    // From the first `|||||||` or `=======` on, all lines belong to another version.
    if (open.passed.length === 1) open.passed.push({ start, end });
    else last.end = end;
    if (sign.startsWith(">")) open = undefined;
  }
  return conflicts;
}
