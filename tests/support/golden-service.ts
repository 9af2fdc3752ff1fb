/** The recorded services of `session.vox`, their codecs written by hand. */
import * as $ from "@voxrpc/runtime/gen/v1";
import { type RecordedMethod, recordedMethods } from "./recorded-bindings.js";

export interface Point {
  x: number;
  y: number;
}

export interface Bounds {
  min: Point;
  max: Point;
}

export type MathError = { kind: "DivideByZero" } | { kind: "Overflow"; a: bigint; b: bigint };

const recorded = recordedMethods();

function entry(name: string): RecordedMethod {
  const found = recorded.get(name);
  if (found === undefined) throw new Error(`${name} is not in the record`);
  return found;
}

interface Type<T> {
  readonly shape: $.Shape;
  readonly write: $.Write<T>;
  readonly read: $.Read<T>;
}

const u32: Type<number> = {
  shape: $.u32Shape,
  write: (w, p, value) => {
    if (p + 5 > w.limit) w.grow(p, 5);
    return $.writeU32(w, p, value);
  },
  read: $.readU32,
};

const u64: Type<bigint> = {
  shape: $.u64Shape,
  write: (w, p, value) => {
    if (p + 10 > w.limit) w.grow(p, 10);
    return $.writeU64(w, p, value);
  },
  read: $.readU64,
};

const i64: Type<bigint> = {
  shape: $.i64Shape,
  write: (w, p, value) => {
    if (p + 10 > w.limit) w.grow(p, 10);
    return $.writeI64(w, p, value);
  },
  read: $.readI64,
};

const text: Type<string> = { shape: $.stringShape, write: $.writeString, read: $.readString };

function writePoint(w: $.Writer, p: number, value: Point): number {
  if (p + 10 > w.limit) w.grow(p, 10);
  return $.writeI32(w, $.writeI32(w, p, value.x), value.y);
}

function readPoint(r: $.Reader): Point {
  const x = $.readI32(r);
  return { x, y: $.readI32(r) };
}

const point: Type<Point> = {
  shape: $.structShape("Point", () => [
    $.fieldShape("x", "x", $.i32Shape),
    $.fieldShape("y", "y", $.i32Shape),
  ]),
  write: writePoint,
  read: readPoint,
};

const bounds: Type<Bounds> = {
  shape: $.structShape("Bounds", () => [
    $.fieldShape("min", "min", point.shape),
    $.fieldShape("max", "max", point.shape),
  ]),
  write: (w, p, value) => writePoint(w, writePoint(w, p, value.min), value.max),
  read: (r) => {
    const min = readPoint(r);
    return { min, max: readPoint(r) };
  },
};

function option<T>(element: Type<T>): Type<T | undefined> {
  return {
    shape: $.optionShape(element.shape, false),
    write: (w, p, value) => {
      if (p + 1 > w.limit) w.grow(p, 1);
      return value === undefined ? $.writeNone(w, p) : element.write(w, $.writeSome(w, p), value);
    },
    read: (r) => ($.readOptionTag(r) ? element.read(r) : undefined),
  };
}

function list<T>(element: Type<T>): Type<T[]> {
  return {
    shape: $.listShape(element.shape, false),
    write: (w, p, values) => {
      if (p + 5 > w.limit) w.grow(p, 5);
      let at = $.writeCount(w, p, values.length);
      for (const value of values) at = element.write(w, at, value);
      return at;
    },
    read: (r) => Array.from({ length: $.readCount(r, 1) }, () => element.read(r)),
  };
}

const mathError: Type<MathError> = {
  shape: $.enumShape("MathError", false, [
    $.unitVariant("DivideByZero"),
    $.structVariant("Overflow", () => [
      $.fieldShape("a", "a", $.i64Shape),
      $.fieldShape("b", "b", $.i64Shape),
    ]),
  ]),
  write: (w, p, value) => {
    if (p + 5 > w.limit) w.grow(p, 5);
    if (value.kind === "DivideByZero") return $.writeTag(w, p, 0);
    return i64.write(w, i64.write(w, $.writeTag(w, p, 1), value.a), value.b);
  },
  read: (r) => {
    const index = $.readTag(r);
    if (index === 0) return { kind: "DivideByZero" };
    if (index !== 1) return $.unknownVariant(r, index, "MathError");
    const a = $.readI64(r);
    return { kind: "Overflow", a, b: $.readI64(r) };
  },
};

/** Both halves of a method. */
export interface BothHalves<A extends readonly unknown[], T, E> {
  readonly method: $.Method<A, T, E>;
  handled(invoke: $.HandledInit<A, T, E>["invoke"]): $.HandledMethod;
}

interface Flags {
  readonly idempotent?: true;
  readonly persist?: true;
  readonly channels?: $.ChannelFeature;
}

/** A method of the given types, under the id and the schemas that were recorded for `full`. */
export function define<A extends readonly unknown[], T, E = never>(
  full: string,
  args: { readonly [I in keyof A]: Type<A[I]> },
  ok: Type<T>,
  error?: Type<E>,
  flags: Flags = {},
  bindings: RecordedMethod = entry(full),
): BothHalves<A, T, E> {
  const [service = "", name = ""] = full.split(".");
  const types = args as readonly Type<unknown>[];
  const shape = $.tupleShape(types.map((type) => type.shape));
  const common = { service, name, id: bindings.id, ...flags, response: bindings.response };
  return {
    method: $.method<A, T, E>({
      ...common,
      args: {
        ...bindings.args,
        shape,
        write: (w, p, values) => types.reduce((at, type, index) => type.write(w, at, values[index]), p),
      },
      ok,
      ...(error === undefined ? {} : { error }),
    }),
    handled: (invoke) =>
      $.handled<A, T, E>({
        ...common,
        args: { ...bindings.args, shape, read: (r) => types.map((type) => type.read(r)) as unknown as A },
        ok,
        ...(error === undefined ? {} : { error }),
        invoke,
      }),
  };
}

export const types: {
  readonly u32: Type<number>;
  readonly u64: Type<bigint>;
  readonly i64: Type<bigint>;
  readonly text: Type<string>;
  readonly point: Type<Point>;
} = { u32, u64, i64, text, point };

export const hello: BothHalves<[], string, never> = define("Golden.hello", [], text);
export const add: BothHalves<[number, number], number, never> = define("Golden.add", [u32, u32], u32);
export const divide: BothHalves<[bigint, bigint], bigint, MathError> = define(
  "Golden.divide",
  [i64, i64],
  i64,
  mathError,
);
export const translate: BothHalves<[Point, Point], Point, never> = define(
  "Golden.translate",
  [point, point],
  point,
);
export const boundsOf: BothHalves<[Point[]], Bounds | undefined, never> = define(
  "Golden.bounds",
  [list(point)],
  option(bounds),
);
export const wait: BothHalves<[number], number, never> = define("Golden.wait", [u32], u32);
export const commit: BothHalves<[number], bigint, never> = define("Golden.commit", [u32], u64, undefined, {
  persist: true,
});
export const lookup: BothHalves<[string], string | undefined, never> = define(
  "Golden.lookup",
  [text],
  option(text),
  undefined,
  { idempotent: true },
);
export const nameOf: BothHalves<[number], string, never> = define("Back.name", [u32], text);
export const nothing: BothHalves<[number], number, never> = define("Missing.nothing", [u32], u32);

function item<T>(type: Type<T>): $.ItemType<T> {
  return { shape: type.shape, write: type.write, read: type.read };
}

function tx<T>(type: Type<T>): Type<$.Tx<T>> {
  const own = item(type);
  return {
    shape: $.txShape(own),
    write: (w, p, value) => {
      if (p + 10 > w.limit) w.grow(p, 10);
      return $.writeTx(w, p, value, own);
    },
    read: (r) => $.readTx(r, own),
  };
}

function rx<T>(type: Type<T>): Type<$.Rx<T>> {
  const own = item(type);
  return {
    shape: $.rxShape(own),
    write: (w, p, value) => {
      if (p + 10 > w.limit) w.grow(p, 10);
      return $.writeRx(w, p, value, own);
    },
    read: (r) => $.readRx(r, own),
  };
}

const unit: Type<undefined> = {
  shape: $.unitShape,
  write: (_w, p) => p,
  read: () => undefined,
};

export const count: BothHalves<[number, number, $.Tx<number>], undefined, never> = define(
  "Golden.count",
  [u32, u32, tx(u32)],
  unit,
  undefined,
  { channels: $.channels },
);
export const sum: BothHalves<[$.Rx<number>], bigint, never> = define(
  "Golden.sum",
  [rx(u32)],
  u64,
  undefined,
  {
    channels: $.channels,
  },
);
export const first: BothHalves<[$.Rx<number>], number | undefined, never> = define(
  "Golden.first",
  [rx(u32)],
  option(u32),
  undefined,
  { channels: $.channels },
);
export const echo: BothHalves<[$.Rx<string>, $.Tx<string>], number, never> = define(
  "Golden.echo",
  [rx(text), tx(text)],
  u32,
  undefined,
  { channels: $.channels },
);
export const crash: BothHalves<[$.Tx<number>], number, never> = define(
  "Golden.crash",
  [tx(u32)],
  u32,
  undefined,
  {
    channels: $.channels,
  },
);
