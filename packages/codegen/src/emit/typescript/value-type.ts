/**
 * Types as codecs see them: aliases followed, parameters replaced, each type one object, so that "the same type" is
 * `===`. A generic type is replaced by its instantiations.
 */
import type {
  EnumDeclaration,
  Field,
  PrimitiveName,
  StructDeclaration,
  TupleStructDeclaration,
  Type,
  TypeDeclaration,
  VariantForm,
} from "../../model/model.js";
import { isBrand } from "../../model/tuple-structs.js";
import { elementTypes, formTypes, memberTypes } from "../../schema/index.js";

type MemberDeclaration = StructDeclaration | TupleStructDeclaration | EnumDeclaration;

interface Keyed {
  /** Equal for equal types, of one {@link ValueTypes}. */
  readonly key: string;
}

/** A struct or enum with concrete arguments. */
export type NamedValue = Keyed & {
  readonly kind: "named";
  readonly declaration: MemberDeclaration;
  readonly args: readonly ValueType[];
};

export type ValueType = Keyed & Shapes;

type Shapes =
  | { readonly kind: "primitive"; readonly name: PrimitiveName; readonly asNumber: boolean }
  | { readonly kind: "option"; readonly element: ValueType }
  | { readonly kind: "list"; readonly element: ValueType; readonly typed: boolean }
  | {
      readonly kind: "array";
      readonly element: ValueType;
      readonly length: number;
      readonly typed: boolean;
    }
  | { readonly kind: "tuple"; readonly elements: readonly ValueType[] }
  | { readonly kind: "map"; readonly from: ValueType; readonly to: ValueType }
  | { readonly kind: "set"; readonly element: ValueType }
  | { readonly kind: "result"; readonly ok: ValueType; readonly error: ValueType }
  | { readonly kind: "channel"; readonly direction: "tx" | "rx"; readonly element: ValueType }
  | { readonly kind: "payload"; readonly content: ValueType }
  /** A parameter of the generic type whose codec is being written. */
  | { readonly kind: "parameter"; readonly name: string }
  | NamedValue;

/** A field with its type in one instantiation. */
export interface ValueField {
  readonly field: Field;
  readonly type: ValueType;
}

/** The payload of a variant in one instantiation. */
export type ValuePayload =
  | { readonly kind: "unit" }
  | { readonly kind: "newtype"; readonly type: ValueType }
  | { readonly kind: "tuple"; readonly types: readonly ValueType[] }
  | { readonly kind: "struct"; readonly fields: readonly ValueField[] };

export interface ValueVariant {
  readonly name: string;
  readonly payload: ValuePayload;
}

/** Structs have fields, tuple structs elements, enums variants. */
export type Members =
  /** `isBrand`: a value is that of the one element. */
  | { readonly kind: "tupleStruct"; readonly elements: readonly ValueType[]; readonly isBrand: boolean }
  | { readonly kind: "struct"; readonly fields: readonly ValueField[] }
  | { readonly kind: "enum"; readonly variants: readonly ValueVariant[]; readonly isLiteral: boolean };

type Scope = ReadonlyMap<string, ValueType>;

/** A mark in the keys of types with a parameter in them. No name of the language has it. */
const parameterMark = "$";

const noScope: Scope = /*@__PURE__*/ new Map();

/** Makes value types and keeps them; one table for a whole model. */
export class ValueTypes {
  readonly #byKey = new Map<string, ValueType>();
  readonly #declarations = new Map<MemberDeclaration, number>();
  readonly #members = new Map<NamedValue, Members>();

  of(type: Type, scope: Scope = noScope): ValueType {
    switch (type.kind) {
      case "alias":
        return this.of(type.target, scope);
      case "payload": {
        const content = this.of(type.content, scope);
        return this.#intern(`payload<${content.key}>`, { kind: "payload", content });
      }
      case "parameter":
        return lookUp(type.name, scope);
      case "primitive": {
        const { name, asNumber } = type;
        return this.#intern(asNumber ? `${name}#` : name, { kind: "primitive", name, asNumber });
      }
      case "option": {
        const element = this.of(type.element, scope);
        return this.#intern(`${element.key}?`, { kind: "option", element });
      }
      case "list": {
        const element = this.of(type.element, scope);
        const { typed } = type;
        return this.#intern(`${element.key}[]${typed ? "#" : ""}`, { kind: "list", element, typed });
      }
      case "array": {
        const element = this.of(type.element, scope);
        const { typed, length } = type;
        const key = `${element.key}[${length}]${typed ? "#" : ""}`;
        return this.#intern(key, { kind: "array", element, length, typed });
      }
      case "set": {
        const element = this.of(type.element, scope);
        return this.#intern(`set<${element.key}>`, { kind: "set", element });
      }
      case "tuple":
        return this.tuple(type.elements.map((element) => this.of(element, scope)));
      case "map": {
        const from = this.of(type.key, scope);
        const to = this.of(type.value, scope);
        return this.#intern(`map<${from.key},${to.key}>`, { kind: "map", from, to });
      }
      case "result": {
        const ok = this.of(type.ok, scope);
        const error = this.of(type.error, scope);
        return this.#intern(`result<${ok.key},${error.key}>`, { kind: "result", ok, error });
      }
      case "named":
        return this.named(
          type.declaration,
          type.args.map((arg) => this.of(arg, scope)),
        );
      case "channel": {
        const element = this.of(type.element, scope);
        const { direction } = type;
        return this.#intern(`${direction}<${element.key}>`, { kind: "channel", direction, element });
      }
    }
  }

  tuple(elements: readonly ValueType[]): ValueType {
    return this.#intern(`(${keysOf(elements)})`, { kind: "tuple", elements });
  }

  /** A type parameter, in the codec of the generic type that has it. */
  parameter(name: string): ValueType {
    return this.#intern(`${parameterMark}${name}`, { kind: "parameter", name });
  }

  /** A struct or enum with arguments. */
  named(declaration: MemberDeclaration, args: readonly ValueType[]): NamedValue {
    let number = this.#declarations.get(declaration);
    if (number === undefined) {
      number = this.#declarations.size;
      this.#declarations.set(declaration, number);
    }
    const key = `${number}<${keysOf(args)}>`;
    return this.#intern(key, { kind: "named", key, declaration, args }) as NamedValue;
  }

  /** A declared type with arguments: for an alias, its target. */
  instance(declaration: TypeDeclaration, args: readonly ValueType[]): ValueType {
    if (declaration.kind !== "alias") return this.named(declaration, args);
    return this.of(declaration.type, scopeOf(declaration, args));
  }

  /** Members of a struct or enum. Found when first requested: they may lead back. */
  members(type: NamedValue): Members {
    let members = this.#members.get(type);
    if (members === undefined) {
      members = this.#membersOf(type);
      this.#members.set(type, members);
    }
    return members;
  }

  #membersOf({ declaration, args }: NamedValue): Members {
    const scope = scopeOf(declaration, args);
    const fieldsOf = (fields: readonly Field[]): readonly ValueField[] =>
      fields.map((field) => ({ field, type: this.of(field.type, scope) }));
    if (declaration.kind === "struct") return { kind: "struct", fields: fieldsOf(declaration.fields) };
    if (declaration.kind === "tupleStruct") {
      const elements = declaration.elements.map((element) => this.of(element, scope));
      return { kind: "tupleStruct", elements, isBrand: isBrand(declaration) };
    }
    const payloadOf = (form: VariantForm): ValuePayload => {
      switch (form.kind) {
        case "unit":
          return form;
        case "newtype":
          return { kind: "newtype", type: this.of(form.type, scope) };
        case "tuple":
          return { kind: "tuple", types: form.types.map((type) => this.of(type, scope)) };
        case "struct":
          return { kind: "struct", fields: fieldsOf(form.fields) };
      }
    };
    const variants = declaration.variants.map(({ name, form }) => ({ name, payload: payloadOf(form) }));
    return { kind: "enum", variants, isLiteral: isLiteralEnum(declaration) };
  }

  #intern(key: string, shape: Shapes): ValueType {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made: ValueType = { ...shape, key };
    this.#byKey.set(key, made);
    return made;
  }
}

/**
 * Whether an enum's values are string literals: it has unit variants only. Those of an `error enum` never are: a
 * variant with a field, added later, would change what the others look like to every caller.
 */
export function isLiteralEnum({ isError, variants }: EnumDeclaration): boolean {
  return !isError && variants.every(({ form }) => form.kind === "unit");
}

/** Whether a present value of an option of this element is `{ some }`: the element itself may be undefined. */
export function isWrapped(element: ValueType): boolean {
  return element.kind === "option" || (element.kind === "primitive" && element.name === "unit");
}

/** Whether a type parameter is anywhere in a type. */
export function hasParameter(type: ValueType): boolean {
  return type.key.includes(parameterMark);
}

/**
 * Whether the size of the smallest value does not depend on a type argument: that of an empty collection never does.
 */
export function hasKnownSize(type: ValueType): boolean {
  return !hasParameter(type) || ["option", "list", "map", "set"].includes(type.kind);
}

/** Types directly inside a type, in the order of the encoding. A channel is a handle: its items are elsewhere. */
export function partsOf(type: ValueType, types: ValueTypes): readonly ValueType[] {
  switch (type.kind) {
    case "channel":
      return [];
    case "map":
      return [type.from, type.to];
    case "named": {
      const members = types.members(type);
      if (members.kind !== "enum") return memberTypes<ValueType>(members);
      return members.variants.flatMap(({ payload }) => formTypes(payload));
    }
    default:
      return elementTypes<ValueType>(type);
  }
}

function scopeOf({ parameters }: TypeDeclaration, args: readonly ValueType[]): Scope {
  const scope = new Map<string, ValueType>();
  for (const [at, name] of parameters.entries()) {
    const arg = args[at];
    if (arg !== undefined) scope.set(name, arg);
  }
  return scope;
}

function lookUp(name: string, scope: Scope): ValueType {
  const type = scope.get(name);
  if (type === undefined) throw new Error(`type parameter ${name} has no argument here`);
  return type;
}

function keysOf(types: readonly ValueType[]): string {
  return types.map((type) => type.key).join(",");
}
