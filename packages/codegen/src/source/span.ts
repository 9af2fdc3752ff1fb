/**
 * A place in a source text: from `start` up to, not including, `end`. Offsets count UTF-16 units of the text as the
 * host gave it, a byte order mark included. An empty span is a point between two characters.
 */
export interface Span {
  /** Path of the file, as the host knows it. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
}
