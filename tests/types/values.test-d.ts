/** What generated types look like to those who make and read values. */
import type { Codec, Some } from "@voxrpc/runtime/gen/v1";
import {
  type Chain,
  type Choice,
  Color,
  type Defaults,
  type Empty,
  type Entry,
  type Millis,
  type Options,
  type Page,
  type Pair,
  type Point,
  PointCodec,
  type Samples,
  type Shape,
  type Table,
  type Tree,
} from "../interop/gen/everything.vox.js";
import { expectSame, expectType } from "../support/expect-type.js";

declare const shape: Shape;
declare const options: Options;

// --- options ---
export const none: Pick<Options, "number" | "nested"> = {};
export const absent: Pick<Options, "number"> = { number: undefined };
expectSame<Options["number"], number | undefined>(true);
expectSame<Options["nested"], Some<number | undefined> | undefined>(true);
expectSame<Options["triple"], Some<Some<boolean | undefined> | undefined> | undefined>(true);
expectSame<Options["elements"], (number | undefined)[]>(true);
// @ts-expect-error a nested option is wrapped
options.nested = 3;
options.nested = { some: undefined };
// @ts-expect-error elements of lists are never left out
export const noElements: Pick<Options, "elements"> = {};

// --- options of type parameters ---
expectSame<NonNullable<Page<string>["next"]>, string>(true);
expectSame<NonNullable<Page<number | undefined>["next"]>, Some<number | undefined>>(true);

// --- unions ---
export function area(value: Shape): number {
  switch (value.kind) {
    case "Nothing":
      return 0;
    case "Circle":
      return value.value;
    case "Segment":
      return value.value[0].x;
    case "Rect":
      return value.width * value.height;
    case "Labeled":
      return value.colors.length + (value.label?.length ?? 0);
    case "Group":
      return value.value.map(area).length;
    case "Painted":
      return value.value[1] === undefined ? 0 : area(value.value[1]);
    case "Marker":
      return value.value === undefined ? 0 : 1;
  }
}
// @ts-expect-error members belong to their variant
shape.width;
// @ts-expect-error no such variant
export const unknown: Shape = { kind: "Square" };
// @ts-expect-error members of a variant are required
export const incomplete: Shape = { kind: "Rect", corner: { x: 0, y: 0 }, width: 1 };

// --- literal enums ---
expectSame<Color, "Red" | "Green" | "Blue">(true);
expectSame<typeof Color.Red, "Red">(true);
export const literal: Color = "Blue";
export const named: Color = Color.Green;
// @ts-expect-error no such variant
export const purple: Color = "Purple";

// --- generics, recursion, aliases ---
expectSame<Pair<number, string>, { first: number; second: string } & Pair<number, string>>(false);
export const pair: Pair<number, string> = { first: 1, second: "a" };
export const tree: Tree<string> = { value: "a", children: [{ value: "b", children: [] }] };
export const chain: Chain = { id: 1, next: { id: 2 } };
export const entry: Entry = {
  kind: "Links",
  value: new Map([["a", { kind: "File", value: new Uint8Array() }]]),
};
export const choice: Choice<Point, Color> = { kind: "Both", left: { x: 1, y: 2 }, right: "Red" };
expectSame<Table<Point>, Map<string, Point>>(true);
expectSame<Millis, number>(true);

// --- fields ---
expectSame<Samples["vector"], Float64Array>(true);
expectSame<Defaults["number"], number>(true);
// @ts-expect-error a field with a default is written like any other
export const defaults: Pick<Defaults, "number"> = {};
// @ts-expect-error an empty struct has no members
export const empty: Empty = { a: 1 };

// --- codecs ---
expectSame<typeof PointCodec, Codec<Point>>(true);
expectType<Point>()(PointCodec.decode(new Uint8Array()), true);
// @ts-expect-error both members are required
PointCodec.encode({ x: 1 });
