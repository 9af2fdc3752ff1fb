/**
 * The bytes of one element of each list of `decoded.vox`, by its number: the smallest that make as much as they can.
 */

const nothing = [0];
const pair = [0, 0];
const eight = new Array(8).fill(0);
const varint = (value) => {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
};
/** Eight bytes of a number with a fraction. */
const fraction = [...new Uint8Array(new Float64Array([1.5]).buffer)];
const name = (i) => [6, ...Buffer.from((i + 1e6).toString(36).padStart(6, "0"))];
/** A u64 above 2^40, each another. */
const wide = (i) => varint(2 ** 40 + i * 7919);

export const shapes = {
  Numbers: () => [1],
  Doubles: () => fraction,
  Bigs: () => [1],
  HugeBigs: () => [1],
  Strings: () => [2, 97, 98],
  Blobs: () => nothing,
  Lists: () => nothing,
  Maps: () => nothing,
  Sets: () => nothing,
  Tuples: () => pair,
  Ones: () => nothing,
  Points: () => [...fraction, ...fraction],
  Wides: () => eight,
  Maybes: () => eight,
  MaybeTexts: () => [0, 0, 0, 0],
  NestedOptions: () => [1, 0],
  Choices: () => nothing,
  Results: () => pair,
  TypedLists: () => nothing,
  Tree: () => nothing,
  ById: (i) => [...wide(i), 1],
  ByName: (i) => [...name(i), 1],
  Ids: wide,
};

/** A list of so many elements. */
export function payload(shape, count) {
  const parts = [Buffer.from(varint(count))];
  const first = shapes[shape](0);
  if (shapes[shape].length === 0) parts.push(Buffer.alloc(first.length * count, Buffer.from(first)));
  else for (let i = 0; i < count; i++) parts.push(Buffer.from(shapes[shape](i)));
  return new Uint8Array(Buffer.concat(parts));
}
