/** What the items of a channel are: made by generated code, one constant for each type. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import type { Shape } from "./shape.js";

/** Encoder, decoder and looks of a channel's items. */
export interface ItemType<T> {
  readonly shape: Shape;
  readonly write: (w: Writer, p: number, value: T) => number;
  readonly read: (r: Reader) => T;
}
