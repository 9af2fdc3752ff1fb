/**
 * A codec for any model type, composed of closures over the primitives of the generated-code ABI: what the tests hold
 * against the golden vectors before and apart from generated code.
 */
import * as runtime from "@voxrpc/runtime/gen/v1";
import type {
  Field,
  TupleStructDeclaration,
  Type,
  VariantForm,
} from "../../packages/codegen/src/model/model.js";
import { isBrand } from "../../packages/codegen/src/model/tuple-structs.js";
import { minBytes, recursiveShapes } from "../../packages/runtime/src/shape/analysis.js";
import { defaultOf } from "./default-values.js";
import {
  argumentsOf,
  isLiteral,
  isWrapped,
  memberName,
  noArguments,
  resolve,
  typeKey,
} from "./model-types.js";

type Abi = typeof runtime;

/** Shape, writer and reader of one type. */
export interface Part {
  readonly shape: runtime.Shape;
  readonly write: runtime.Write<unknown>;
  readonly read: runtime.Read<unknown>;
}

/** The codec of a type. @param abi the primitives: another instance of the module for tests without `Buffer` */
export function interpretedCodec(type: Type, abi: Abi = runtime): runtime.Codec<unknown> {
  const { shape, write, read } = interpretedPart(type, abi);
  return abi.codec(shape, write, read);
}

/** Shape, writer and reader of a type. */
export function interpretedPart(type: Type, abi: Abi = runtime): Part {
  return new Composer(abi).part(resolve(type, noArguments));
}

const room = {
  bool: 1,
  u8: 1,
  i8: 1,
  u16: 3,
  i16: 3,
  u32: 5,
  i32: 5,
  u64: 10,
  i64: 10,
  u128: 19,
  i128: 19,
  f32: 4,
  f64: 8,
  duration: 15,
  timedelta: 15,
};

/** An object with members, some of which composites are told apart by. */
interface Members {
  [member: string]: unknown;
  some?: unknown;
  kind?: unknown;
  ok?: unknown;
  value?: unknown;
  error?: unknown;
}

class Composer {
  private readonly named = new Map<string, Part>();
  private readonly $: Abi;

  constructor(abi: Abi) {
    this.$ = abi;
  }

  part(type: Type): Part {
    switch (type.kind) {
      case "primitive":
        return this.primitive(type.name, type.asNumber);
      case "option":
        return this.option(this.part(type.element), isWrapped(type.element));
      case "list":
        return type.typed ? this.typed(type) : this.list(this.part(type.element));
      case "array":
        return type.typed ? this.typed(type) : this.array(this.part(type.element), type.length);
      case "tuple":
        return this.tuple(type.elements.map((element) => this.part(element)));
      case "map":
        return this.map(this.part(type.key), this.part(type.value));
      case "set":
        return this.set(this.part(type.element));
      case "result":
        return this.result(this.part(type.ok), this.part(type.error));
      case "payload": {
        const content = this.part(type.content);
        return { ...content, shape: this.$.payloadShape(content.shape) };
      }
      case "named":
        return this.declared(type);
      case "channel":
        return this.channel(type.direction, this.part(type.element));
      default:
        throw new Error(`no codec of a ${type.kind}`);
    }
  }

  private primitive(name: string, asNumber: boolean): Part {
    const { $ } = this;
    const suffix = asNumber ? "Number" : "";
    const title = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const abi = $ as unknown as Record<string, never>;
    // @js(number) on 128 bits is written as on 64: the same bytes.
    const write: runtime.Write<unknown> = abi[
      `write${asNumber ? title.replace("128", "64") : title}${suffix}`
    ] as never;
    const bytes = room[name as keyof typeof room] ?? 0;
    return {
      shape: abi[`${name}${suffix}Shape`] as never,
      read: abi[`read${title}${suffix}`] as never,
      write: (w, p, value) => write(w, this.reserve(w, p, bytes), value),
    };
  }

  private reserve(w: runtime.Writer, p: number, bytes: number): number {
    if (p + bytes > w.limit) w.grow(p, bytes);
    return p;
  }

  private count(w: runtime.Writer, p: number, count: number): number {
    return this.$.writeCount(w, this.reserve(w, p, 5), count);
  }

  private option(element: Part, wrapped: boolean): Part {
    const { $ } = this;
    return {
      shape: $.optionShape(element.shape, wrapped),
      write: (w, p, value) => {
        const at = this.reserve(w, p, 1);
        if (value === undefined) return $.writeNone(w, at);
        const inner = wrapped ? $.expectObject(value as Members, "Some").some : value;
        return element.write(w, $.writeSome(w, at), inner);
      },
      read: (r) => {
        if (!$.readOptionTag(r)) return undefined;
        const value = element.read(r);
        return wrapped ? { some: value } : value;
      },
    };
  }

  private typed(type: Type & { kind: "list" | "array" }): Part {
    const { $ } = this;
    const name = (type.element as { readonly name: string }).name.toUpperCase();
    const abi = $ as unknown as Record<string, (...args: unknown[]) => never>;
    const element = this.part(type.element).shape;
    const end = type.kind === "list" ? "" : "Array";
    const extra = type.kind === "list" ? [] : [type.length];
    return {
      shape: type.kind === "list" ? $.listShape(element, true) : $.arrayShape(element, type.length, true),
      write: (w, p, value) => abi[`writeTyped${name}${end}`]?.(w, p, value, ...extra) as never,
      read: (r) => abi[`readTyped${name}${end}`]?.(r, ...extra),
    };
  }

  private list(element: Part): Part {
    const { $ } = this;
    const least = lazily(() => minBytes(element.shape));
    return {
      shape: $.listShape(element.shape),
      write: (w, p, value) => {
        const items = $.expectArray(value as unknown[]);
        let at = this.count(w, p, items.length);
        for (const item of items) at = element.write(w, at, item);
        return at;
      },
      read: (r) => {
        const items = new Array<unknown>($.readCount(r, least()));
        for (let i = 0; i < items.length; i++) items[i] = element.read(r);
        return items;
      },
    };
  }

  private array(element: Part, length: number): Part {
    const { $ } = this;
    const least = lazily(() => minBytes(element.shape));
    return {
      shape: $.arrayShape(element.shape, length),
      write: (w, p, value) => {
        let at = p;
        for (const item of $.expectArrayOf(value as unknown[], length)) at = element.write(w, at, item);
        return at;
      },
      read: (r) => Array.from({ length: $.readArrayCount(r, length, least()) }, () => element.read(r)),
    };
  }

  private tuple(elements: readonly Part[]): Part {
    const { $ } = this;
    return {
      shape: $.tupleShape(elements.map((element) => element.shape)),
      write: (w, p, value) => {
        const items = $.expectArrayOf(value as unknown[], elements.length);
        return elements.reduce((at, element, i) => element.write(w, at, items[i]), p);
      },
      read: (r) => elements.map((element) => element.read(r)),
    };
  }

  private tupleStruct(key: string, declaration: TupleStructDeclaration, inner: (type: Type) => Part): Part {
    const { $ } = this;
    const isValue = isBrand(declaration);
    const body = lazily(() =>
      isValue
        ? inner(declaration.elements[0] as Type)
        : this.tuple(declaration.elements.map((element) => inner(element))),
    );
    const elements = (): readonly runtime.Shape[] =>
      isValue ? [body().shape] : (body().shape as runtime.TupleShape).elements;
    const shape = $.tupleStructShape(declaration.name, elements, isValue, declaration.isTransparent);
    const isRecursive = lazily(() => recursiveShapes(shape).has(shape));
    const part: Part = {
      shape,
      write: (w, p, value) => {
        if (isRecursive()) $.enter(w);
        const end = body().write(w, p, value);
        if (isRecursive()) $.leave(w);
        return end;
      },
      read: (r) => {
        if (isRecursive()) $.enter(r);
        const value = body().read(r);
        if (isRecursive()) $.leave(r);
        return value;
      },
    };
    this.named.set(key, part);
    return part;
  }

  private map(key: Part, value: Part): Part {
    const { $ } = this;
    const least = lazily(() => minBytes(key.shape) + minBytes(value.shape));
    return {
      shape: $.mapShape(key.shape, value.shape),
      write: (w, p, entries) => {
        const map = $.expectMap(entries as Map<unknown, unknown>);
        const { size } = map;
        let at = this.count(w, p, size);
        let written = 0;
        for (const [k, v] of map) {
          at = value.write(w, key.write(w, at, k), v);
          written++;
        }
        return written === size ? at : $.badLength(size, written);
      },
      read: (r) => {
        const map = new Map<unknown, unknown>();
        for (let left = $.readCount(r, least()); left > 0; left--) {
          const k = key.read(r);
          map.set(k, value.read(r));
        }
        return map;
      },
    };
  }

  private set(element: Part): Part {
    const { $ } = this;
    const least = lazily(() => minBytes(element.shape));
    return {
      shape: $.setShape(element.shape),
      write: (w, p, value) => {
        const set = $.expectSet(value as Set<unknown>);
        const { size } = set;
        let at = this.count(w, p, size);
        let written = 0;
        for (const item of set) {
          at = element.write(w, at, item);
          written++;
        }
        return written === size ? at : $.badLength(size, written);
      },
      read: (r) => {
        const set = new Set<unknown>();
        for (let left = $.readCount(r, least()); left > 0; left--) set.add(element.read(r));
        return set;
      },
    };
  }

  private result(ok: Part, error: Part): Part {
    const { $ } = this;
    return {
      shape: $.resultShape(ok.shape, error.shape),
      write: (w, p, value) => {
        const result = $.expectObject(value as Members, "result");
        const at = this.reserve(w, p, 5);
        if (result.ok === true) return ok.write(w, $.writeTag(w, at, 0), result.value);
        if (result.ok === false) return error.write(w, $.writeTag(w, at, 1), result.error);
        return $.badVariant(value, "result");
      },
      read: (r) => {
        const tag = $.readTag(r);
        if (tag === 0) return { ok: true, value: ok.read(r) };
        return tag === 1 ? { ok: false, error: error.read(r) } : $.unknownVariant(r, tag, "result");
      },
    };
  }

  private channel(direction: "tx" | "rx", item: Part): Part {
    const { $ } = this;
    return direction === "tx"
      ? {
          shape: $.txShape(item),
          read: (r) => $.readTx(r, item),
          write: (w, p, value) => $.writeTx(w, this.reserve(w, p, 10), value as runtime.Tx<unknown>, item),
        }
      : {
          shape: $.rxShape(item),
          read: (r) => $.readRx(r, item),
          write: (w, p, value) => $.writeRx(w, this.reserve(w, p, 10), value as runtime.Rx<unknown>, item),
        };
  }

  private declared(type: Type & { kind: "named" }): Part {
    const key = typeKey(type);
    const known = this.named.get(key);
    if (known !== undefined) return known;
    const inner = (t: Type): Part => this.part(resolve(t, argumentsOf(type)));
    const { declaration } = type;
    if (declaration.kind === "tupleStruct") return this.tupleStruct(key, declaration, inner);
    const built = lazily(() =>
      declaration.kind === "struct" ? this.fields(declaration.fields, inner) : undefined,
    );
    const variants = lazily(() =>
      declaration.kind === "enum" ? declaration.variants.map((v) => this.payload(v.name, v.form, inner)) : [],
    );
    const { $ } = this;
    const shape: runtime.Shape =
      declaration.kind === "struct"
        ? $.structShape(declaration.name, () => built()?.shapes ?? [])
        : this.enumShape(declaration.name, isLiteral(declaration), variants, declaration.variants);
    const isRecursive = lazily(() => recursiveShapes(shape).has(shape));
    const body: Pick<Part, "write" | "read"> =
      declaration.kind === "struct"
        ? {
            write: (w, p, value) =>
              (built() as Fields).write(w, p, $.expectObject(value as Members, declaration.name)),
            read: (r) => (built() as Fields).read(r, {}),
          }
        : this.enumBody(declaration.name, shape as runtime.EnumShape, variants);
    const part: Part = {
      shape,
      write: (w, p, value) => {
        if (!isRecursive()) return body.write(w, p, value);
        $.enter(w);
        const end = body.write(w, p, value);
        $.leave(w);
        return end;
      },
      read: (r) => {
        if (!isRecursive()) return body.read(r);
        $.enter(r);
        const value = body.read(r);
        $.leave(r);
        return value;
      },
    };
    this.named.set(key, part);
    return part;
  }

  private fields(list: readonly Field[], inner: (type: Type) => Part, beside?: "kind"): Fields {
    const members = list.map((field) => ({
      field,
      member: memberName(field, beside),
      part: inner(field.type),
    }));
    return {
      shapes: members.map(({ field, member, part }) =>
        this.$.fieldShape(field.name, member, part.shape, defaultOf(field)),
      ),
      write: (w, p, value) => members.reduce((at, { member, part }) => part.write(w, at, value[member]), p),
      read: (r, into) => {
        for (const { member, part } of members) into[member] = part.read(r);
        return into;
      },
    };
  }

  private payload(name: string, form: VariantForm, inner: (type: Type) => Part): Payload {
    const { $ } = this;
    switch (form.kind) {
      case "unit":
        return { name, shape: $.unitVariant(name), write: (_w, p) => p, read: (_r, into) => into };
      case "struct": {
        const fields = this.fields(form.fields, inner, "kind");
        return {
          name,
          shape: $.structVariant(name, () => fields.shapes),
          write: fields.write,
          read: fields.read,
        };
      }
      default: {
        const part = form.kind === "newtype" ? inner(form.type) : this.tuple(form.types.map(inner));
        return {
          name,
          shape:
            form.kind === "newtype"
              ? $.newtypeVariant(name, () => part.shape)
              : $.tupleVariant(name, () => part.shape as runtime.TupleShape),
          write: (w, p, value) => part.write(w, p, value.value),
          read: (r, into) => {
            into.value = part.read(r);
            return into;
          },
        };
      }
    }
  }

  /** Variants are only known after the shape exists: an enum may contain itself. */
  private enumShape(
    name: string,
    literal: boolean,
    variants: () => readonly Payload[],
    declared: readonly { readonly name: string; readonly form: VariantForm }[],
  ): runtime.EnumShape {
    const { $ } = this;
    return $.enumShape(
      name,
      literal,
      declared.map((variant, i): runtime.VariantShape => {
        const built = (): { shape: () => never; fields: () => never } => variants()[i]?.shape as never;
        switch (variant.form.kind) {
          case "unit":
            return $.unitVariant(variant.name);
          case "newtype":
            return $.newtypeVariant(variant.name, () => built().shape());
          case "tuple":
            return $.tupleVariant(variant.name, () => built().shape());
          default:
            return $.structVariant(variant.name, () => built().fields());
        }
      }),
    );
  }

  private enumBody(
    name: string,
    shape: runtime.EnumShape,
    variants: () => readonly Payload[],
  ): Pick<Part, "write" | "read"> {
    const { $ } = this;
    return {
      write: (w, p, value) => {
        const kind = shape.literal ? value : $.expectObject(value as Members, name).kind;
        const index = variants().findIndex((variant) => variant.name === kind);
        const variant = variants()[index];
        if (variant === undefined) return $.badVariant(value, name);
        return variant.write(w, $.writeTag(w, this.reserve(w, p, 5), index), value as Members);
      },
      read: (r) => {
        const index = $.readTag(r);
        const variant = variants()[index];
        if (variant === undefined) return $.unknownVariant(r, index, name);
        return shape.literal ? variant.name : variant.read(r, { kind: variant.name });
      },
    };
  }
}

interface Fields {
  readonly shapes: readonly runtime.FieldShape[];
  readonly write: (w: runtime.Writer, p: number, value: Members) => number;
  readonly read: (r: runtime.Reader, into: Members) => Members;
}

interface Payload {
  readonly name: string;
  readonly shape: runtime.VariantShape;
  readonly write: (w: runtime.Writer, p: number, value: Members) => number;
  readonly read: (r: runtime.Reader, into: Members) => Members;
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
