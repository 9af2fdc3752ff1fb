/**
 * Edge values of every type, the same in the same order as those of the Rust peer (`interop/rust/src/samples.rs`). Both
 * clients send them; what the TypeScript handlers receive from the Rust client is compared with them.
 */
import type {
  Arrays,
  Choice,
  Color,
  Defaults,
  Empty,
  EverythingHandler,
  Floats,
  Generics,
  Integers,
  Lists,
  Maps,
  Numbers,
  Options,
  Page,
  Point,
  Recursion,
  Reserved,
  Results,
  Samples,
  Shape,
  Texts,
  Tuples,
  Wide,
} from "./gen/everything.vox.js";

const u32Max = 4294967295;
const i32Min = -2147483648;
const i32Max = 2147483647;
const u64Max = 2n ** 64n - 1n;
const i64Min = -(2n ** 63n);
const i64Max = 2n ** 63n - 1n;
const f32Max = 3.4028234663852886e38;
const safeMax = Number.MAX_SAFE_INTEGER;

const point = (x: number, y: number): Point => ({ x, y });

const integers: Integers[] = [
  {
    u8Value: 255,
    u16Value: 65535,
    u32Value: u32Max,
    u64Value: u64Max,
    i8Value: 127,
    i16Value: 32767,
    i32Value: i32Max,
    i64Value: i64Max,
  },
  {
    u8Value: 0,
    u16Value: 0,
    u32Value: 0,
    u64Value: 0n,
    i8Value: -128,
    i16Value: -32768,
    i32Value: i32Min,
    i64Value: i64Min,
  },
  {
    u8Value: 128,
    u16Value: 128,
    u32Value: 16384,
    u64Value: 2n ** 53n + 1n,
    i8Value: -1,
    i16Value: -64,
    i32Value: 64,
    i64Value: -65n,
  },
];

/** Cannot be sent by the Rust peer, only received. */
export const wides: readonly Wide[] = [
  { unsigned: 2n ** 128n - 1n, signed: 2n ** 127n - 1n },
  { unsigned: 0n, signed: -(2n ** 127n) },
  { unsigned: 2n ** 64n, signed: -(2n ** 64n) - 1n },
];

const floats: Floats[] = [
  { single: 3.5, double: Math.PI },
  { single: -0, double: -0 },
  { single: Number.NaN, double: Number.NaN },
  { single: Number.POSITIVE_INFINITY, double: Number.NEGATIVE_INFINITY },
  { single: f32Max, double: Number.MIN_VALUE },
];

const texts: Texts[] = [
  { flag: true, letter: "🦀", text: "naïve \0 ☃ 🦀", data: Uint8Array.of(0, 255, 128), nothing: undefined },
  { flag: false, letter: "\0", text: "", data: new Uint8Array(), nothing: undefined },
];

const numbers: Numbers[] = [
  {
    count: safeMax,
    balance: -safeMax,
    optional: 0,
    many: [0, -1, safeMax],
    elapsed: 1_700_000_000_000,
    id: u64Max,
  },
  { count: 0, balance: 0, many: [], elapsed: 0, id: 0n },
];

const options: Options[] = [
  {
    number: u32Max,
    text: "",
    nested: { some: 7 },
    triple: { some: { some: true } },
    point: point(1, -1),
    list: [],
    elements: [1, undefined, 65535],
    required: 0,
  },
  { nested: { some: undefined }, triple: { some: { some: undefined } }, list: [9], elements: [] },
  { triple: { some: undefined }, elements: [] },
  { elements: [] },
];

const lists: Lists[] = [
  {
    numbers: [0, u32Max],
    wide: [0n, u64Max],
    singles: [1.5, -0, Number.POSITIVE_INFINITY],
    doubles: [0.1, Number.MAX_VALUE],
    texts: ["", "a", "🦀"],
    flags: [true, false],
    points: [point(i32Min, i32Max), point(0, 0)],
    nested: [[], [1, 2, 65535]],
    blobs: [new Uint8Array(), Uint8Array.of(1, 2, 3)],
    units: [undefined, undefined, undefined],
  },
  {
    numbers: [],
    wide: [],
    singles: [],
    doubles: [],
    texts: [],
    flags: [],
    points: [],
    nested: [],
    blobs: [],
    units: [],
  },
];

const samples: Samples[] = [
  {
    shorts: Int16Array.of(-32768, 0, 32767),
    words: Uint32Array.of(0, u32Max),
    longs: BigInt64Array.of(i64Min, -1n, i64Max),
    singles: Float32Array.of(0.5, -0),
    doubles: Float64Array.of(0.1, -1e300),
    vector: Float64Array.of(1, -2.5, 1e-9),
    optional: Uint16Array.of(0, 65535),
  },
  {
    shorts: new Int16Array(),
    words: new Uint32Array(),
    longs: new BigInt64Array(),
    singles: new Float32Array(),
    doubles: new Float64Array(),
    vector: new Float64Array(3),
  },
];

const arrays: Arrays[] = [
  {
    triple: [0, 300, 65535],
    grid: [
      [1, 2, 3],
      [-1, -32768, 32767],
    ],
    raw: Uint8Array.of(0, 1, 128, 255),
    texts: ["left", ""],
    points: [point(1, 2), point(-3, -4)],
    long: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, u32Max],
  },
];

const tuples: Tuples[] = [
  { single: [255], pair: [u32Max, "two"], nested: [[-128, true], [0.25, -1], point(5, -6)] },
];

const maps: Maps[] = [
  {
    byText: new Map([
      ["", 0],
      ["a", 1],
    ]),
    byNumber: new Map([
      [0n, point(0, 0)],
      [u64Max, point(1, -1)],
    ]),
    byColor: new Map<Color, string[]>([
      ["Red", ["r", "R"]],
      ["Blue", []],
    ]),
    nested: new Map([
      [
        -1,
        new Map([
          ["yes", true],
          ["no", false],
        ]),
      ],
      [i32Max, new Map()],
    ]),
    numbers: new Set([-32768, 0, 32767]),
    texts: new Set(["", "z"]),
    table: new Map([["origin", point(0, 0)]]),
  },
  {
    byText: new Map(),
    byNumber: new Map(),
    byColor: new Map(),
    nested: new Map(),
    numbers: new Set(),
    texts: new Set(),
    table: new Map(),
  },
];

const results: Results[] = [
  {
    plain: { ok: true, value: 1 },
    rich: { ok: true, value: point(2, 3) },
    nested: { ok: true, value: 4 },
    nothing: { ok: true, value: undefined },
  },
  {
    plain: { ok: false, error: "plain" },
    rich: { ok: false, error: { kind: "Invalid", value: "rich" } },
    nested: { ok: false, error: [65535, "nested"] },
    nothing: { ok: false, error: undefined },
  },
  {
    plain: { ok: true, value: 0 },
    rich: { ok: false, error: { kind: "TooLarge", limit: 10, found: u64Max } },
    nested: { ok: true, value: undefined },
    nothing: { ok: true, value: undefined },
  },
];

const colors: Color[] = ["Red", "Green", "Blue"];

const shapes: Shape[] = [
  { kind: "Nothing" },
  { kind: "Circle", value: -2.5 },
  { kind: "Segment", value: [point(0, 0), point(i32Max, i32Min)] },
  { kind: "Rect", corner: point(-1, -2), width: 0, height: u32Max },
  { kind: "Labeled", colors: [] },
  { kind: "Labeled", label: "tag", colors: ["Blue", "Red"] },
  { kind: "Group", value: [{ kind: "Nothing" }, { kind: "Group", value: [] }, { kind: "Circle", value: 1 }] },
  { kind: "Painted", value: ["Green", undefined] },
  { kind: "Painted", value: ["Red", { kind: "Painted", value: ["Blue", { kind: "Nothing" }] }] },
  { kind: "Marker", value: undefined },
];

const defaults: Defaults[] = [
  {
    number: 5,
    negative: -7n,
    ratio: 0.5,
    text: "none",
    letter: "x",
    flag: true,
    color: "Green",
    list: [],
    data: new Uint8Array(),
    table: new Map(),
    labels: new Set(),
    count: 12,
  },
  {
    number: 0,
    negative: i64Min,
    ratio: -0.25,
    text: "some",
    letter: "é",
    flag: false,
    color: "Red",
    list: [1, 65535],
    data: Uint8Array.of(7),
    table: new Map([["k", 1]]),
    labels: new Set(["l"]),
    option: 1,
    count: 0,
  },
];

const reserved: Reserved[] = [{ class: 1, function: 2, delete: 3, kind: 4, value: 5, constructor: 6 }];

const generics: Generics[] = [
  {
    pair: { first: 1, second: "one" },
    swapped: { first: "two", second: 2 },
    page: { items: [point(1, 2)], next: point(3, 4) },
    optionalPage: { items: [1, undefined], next: { some: 2 } },
    choice: { kind: "Both", left: 9, right: point(-9, 9) },
    nested: { first: { first: 255, second: true }, second: { kind: "Left", value: "left" } },
  },
  {
    pair: { first: 0, second: "" },
    swapped: { first: "", second: 0 },
    page: { items: [] },
    optionalPage: { items: [], next: { some: undefined } },
    choice: { kind: "Neither" },
    nested: { first: { first: 0, second: false }, second: { kind: "Right", value: [1, 2] } },
  },
];

const recursions: Recursion[] = [
  {
    chain: { id: 1, next: { id: 2, next: { id: 3 } } },
    tree: {
      value: "root",
      children: [
        { value: "leaf", children: [] },
        { value: "branch", children: [{ value: "twig", children: [] }] },
      ],
    },
    expr: {
      kind: "Add",
      left: { kind: "Negate", value: { kind: "Literal", value: -5n } },
      right: { kind: "Call", value: ["f", [{ kind: "Empty" }, { kind: "Literal", value: i64Max }]] },
    },
    folder: {
      name: "top",
      entries: [
        { kind: "File", value: Uint8Array.of(1, 2) },
        { kind: "Folder", value: { name: "sub", entries: [] } },
        // Empty, because the Rust peer cannot send a map that contains its own type.
        { kind: "Links", value: new Map() },
      ],
    },
  },
  {
    chain: { id: 0 },
    tree: { value: "", children: [] },
    expr: { kind: "Empty" },
    folder: { name: "", entries: [] },
  },
];

const strings: string[] = ["", "hello", "naïve \0 ☃ 🦀", "é".repeat(300)];

const pages: Page<string>[] = [{ items: ["a", ""], next: "b" }, { items: [] }];

const choices: Choice<Point, Color>[] = [
  { kind: "Left", value: point(1, 2) },
  { kind: "Right", value: "Blue" },
  { kind: "Both", left: point(3, 4), right: "Red" },
  { kind: "Neither" },
];

const empties: Empty[] = [{}];

/** Methods of one argument that answer with it. */
export type EchoName = Extract<keyof EverythingHandler, `echo${string}` | "say">;

/** What is sent to each of these methods; not to `echoWide`, whose answer the Rust peer cannot send. */
export const echoed: Readonly<Record<Exclude<EchoName, "echoWide">, readonly unknown[]>> = {
  echoBool: [true, false],
  echoU64: [0n, 127n, 128n, 2n ** 53n, u64Max],
  echoString: strings,
  echoBytes: [
    new Uint8Array(),
    Uint8Array.of(0, 127, 128, 255),
    Uint8Array.from({ length: 1000 }, (_, at) => at),
  ],
  echoOption: [undefined, "", "here"],
  echoList: [[], [0, 127, 128, 16383, 16384, u32Max]],
  echoTuple: [
    [0, ""],
    [u32Max, "both"],
  ],
  echoMap: [
    new Map(),
    new Map([
      ["", 0],
      ["größe", u32Max],
      ["one", 1],
    ]),
  ],
  echoResult: [
    { ok: true, value: 0 },
    { ok: true, value: u32Max },
    { ok: false, error: "" },
    { ok: false, error: "no" },
  ],
  echoIntegers: integers,
  echoFloats: floats,
  echoTexts: texts,
  echoNumbers: numbers,
  echoOptions: options,
  echoLists: lists,
  echoSamples: samples,
  echoArrays: arrays,
  echoTuples: tuples,
  echoMaps: maps,
  echoResults: results,
  echoEmpty: empties,
  echoColor: colors,
  echoShape: shapes,
  echoDefaults: defaults,
  echoReserved: reserved,
  echoGenerics: generics,
  echoRecursion: recursions,
  echoPage: pages,
  echoChoice: choices,
  say: strings,
};
