/**
 * From a type to its schemas, in the order in which they are announced: dependencies first, the root last.
 *
 * Several rules look odd and are deliberate: peers compare what we announce with what the reference's extraction makes
 * of the same types, so its accidents have to be mirrored. Source: `protocol/schemas.md` §3.1.
 *
 * - A declaration is described once, as its first instantiation has it; later ones refer to that.
 * - A field whose type equals a type argument is a variable, whatever the source says.
 * - Byte lists and other lists share one description, and so do arrays of all lengths: the first one claims it.
 * - Arguments are looked at after the members, and a second time where a member has the same type.
 */
import type {
  Schema,
  SchemaField,
  SchemaKind,
  SchemaVariant,
  TypeRef,
  VariantPayload,
} from "@voxrpc/runtime/schema";
import { type ConcreteType, type ConcreteTypes, type Scope, scopeOf } from "./concrete-type.js";
import type { SourceDeclaration, SourceField, SourceType, SourceVariantForm } from "./source-type.js";

/** Schemas as extracted: their ids are tokens (0, 1, 2, …) that only tell them apart. */
export interface Extraction {
  readonly root: TypeRef;
  /** In emission order. May describe one type twice (a list and a set): hashing makes their ids equal. */
  readonly schemas: readonly Schema[];
}

/** Extracts the schemas of one root. */
export function extractSchemas(root: ConcreteType, types: ConcreteTypes): Extraction {
  const extractor = new Extractor(types);
  const ref = extractor.extract(root);
  return { root: ref, schemas: extractor.schemas };
}

/** What is described at most once: a declaration, or a text for everything else. */
type Key = SourceDeclaration | string;

class Extractor {
  readonly schemas: Schema[] = [];
  private readonly types: ConcreteTypes;
  private readonly tokens = new Map<Key, bigint>();

  constructor(types: ConcreteTypes) {
    this.types = types;
  }

  extract(type: ConcreteType): TypeRef {
    switch (type.kind) {
      case "primitive":
        return type.name === "bytes" ? this.bytes("list") : this.primitive(type.name, type.name);
      case "slice":
        return isByte(type.element) ? this.bytes("slice") : this.list("slice", [type.element], ["T"]);
      case "list":
      case "set":
        return this.list(type.kind, [type.element], ["T"]);
      case "hashSet":
        return this.list("hashSet", [type.element, this.types.primitive("payload")], ["T", "S"]);
      case "option":
        return this.container("option", [type.element], ["T"], (at) => ({ tag: "option", element: at(0) }));
      case "array": {
        const length = BigInt(type.length);
        const describe = (at: VariableAt): SchemaKind => ({ tag: "array", element: at(0), length });
        return this.container("array", [type.element], ["T"], describe);
      }
      case "map": {
        const describe = (at: VariableAt): SchemaKind => ({ tag: "map", key: at(0), value: at(1) });
        return this.container("map", [type.key, type.value], ["K", "V"], describe);
      }
      case "result":
        return this.container("result", [type.ok, type.error], ["T", "E"], describeResult);
      case "tuple":
        return this.tuple(type.elements);
      case "channel":
        return this.channel(type.direction, type.element);
      case "named":
        return this.named(type.declaration, type.args);
    }
  }

  private primitive(key: string, name: Extract<ConcreteType, { kind: "primitive" }>["name"]): TypeRef {
    const token =
      this.tokens.get(key) ?? this.emit(this.claim(key), [], { tag: "primitive", primitiveType: name });
    return concrete(token, []);
  }

  /** A byte list or byte slice: shares its key with the lists or slices of other elements. */
  private bytes(key: "list" | "slice"): TypeRef {
    const token = this.tokens.get(key);
    if (token === undefined) return this.primitive(key, "bytes");
    return concrete(token, [this.extract(this.types.primitive("u8"))]);
  }

  private list(key: string, args: readonly ConcreteType[], parameters: readonly string[]): TypeRef {
    return this.container(key, args, parameters, (at) => ({ tag: "list", element: at(0) }));
  }

  /**
   * A built-in generic: its members have the types of its parameters. Unlike a declaration it claims its key only when
   * its members are extracted, so that of nested ones the innermost is described.
   */
  private container(
    key: string,
    args: readonly ConcreteType[],
    parameters: readonly string[],
    describe: (at: VariableAt) => SchemaKind,
  ): TypeRef {
    if (!this.tokens.has(key)) for (const arg of args) this.extract(arg);
    const refs = args.map((arg) => this.extract(arg));
    const names = args.map((arg) => parameters[args.indexOf(arg)] ?? "");
    const at: VariableAt = (index) => variable(names[index] ?? "");
    const token = this.tokens.get(key) ?? this.emit(this.claim(key), parameters, describe(at));
    return concrete(token, refs);
  }

  /** One family for each arity; the elements of every instantiation are variables, each its own. */
  private tuple(elements: readonly ConcreteType[]): TypeRef {
    if (elements.length === 0) return this.extract(this.types.primitive("unit"));
    const refs = elements.map((element) => this.extract(element));
    const key = `tuple ${elements.length}`;
    const parameters = elements.map((_, index) => `T${index}`);
    const token =
      this.tokens.get(key) ??
      this.emit(this.claim(key), parameters, { tag: "tuple", elements: parameters.map(variable) });
    return concrete(token, refs);
  }

  private channel(direction: "tx" | "rx", element: ConcreteType): TypeRef {
    const ref = this.extract(element);
    const token =
      this.tokens.get(direction) ??
      this.emit(this.claim(direction), ["T"], { tag: "channel", direction, element: variable("T") });
    return concrete(token, [ref]);
  }

  private named(declaration: SourceDeclaration, args: readonly ConcreteType[]): TypeRef {
    const known = this.tokens.get(declaration);
    if (known !== undefined) {
      return concrete(
        known,
        args.map((arg) => this.extract(arg)),
      );
    }
    // Claimed before its members are looked at: a member that leads back here refers to it.
    const token = this.claim(declaration);
    const kind = this.describe(declaration, { args, scope: scopeOf(declaration, args), declaration });
    const refs = args.map((arg) => this.extract(arg));
    return concrete(this.emit(token, declaration.parameters, kind), refs);
  }

  private describe(declaration: SourceDeclaration, instance: Instance): SchemaKind {
    const { name } = declaration;
    switch (declaration.kind) {
      case "struct":
        return { tag: "struct", name, fields: this.fields(declaration.fields, instance) };
      case "enum":
        return {
          tag: "enum",
          name,
          variants: declaration.variants.map(
            (variant, index): SchemaVariant => ({
              name: variant.name,
              index,
              payload: this.payload(variant.form, instance),
            }),
          ),
        };
      case "tupleStruct":
        return { tag: "tuple", elements: declaration.elements.map((type) => this.member(type, instance)) };
    }
  }

  private payload(form: SourceVariantForm, instance: Instance): VariantPayload {
    switch (form.kind) {
      case "unit":
        return { tag: "unit" };
      case "newtype":
        return { tag: "newtype", typeRef: this.member(form.type, instance) };
      case "tuple":
        return { tag: "tuple", types: form.types.map((type) => this.member(type, instance)) };
      case "struct":
        return {
          tag: "struct",
          fields: this.fields(form.fields, instance).map((field) => ({ ...field, required: true })),
        };
    }
  }

  private fields(fields: readonly SourceField[], instance: Instance): readonly SchemaField[] {
    return fields.map((field) => ({
      name: field.name,
      typeRef: this.member(field.type, instance),
      required: field.required,
    }));
  }

  /** A member's type; the first parameter that stands for the same type takes its place. */
  private member(source: SourceType, { args, scope, declaration }: Instance): TypeRef {
    const type = this.types.resolve(source, scope);
    const ref = this.extract(type);
    const parameter = declaration.parameters[args.indexOf(type)];
    return parameter === undefined ? ref : variable(parameter);
  }

  private claim(key: Key): bigint {
    const token = BigInt(this.tokens.size);
    this.tokens.set(key, token);
    return token;
  }

  private emit(token: bigint, typeParams: readonly string[], kind: SchemaKind): bigint {
    this.schemas.push({ id: token, typeParams, kind });
    return token;
  }
}

/** The variable that stands for the member with this index: of equal arguments, the first one's. */
type VariableAt = (index: number) => TypeRef;

/** One instantiation of a declaration. */
interface Instance {
  readonly declaration: SourceDeclaration;
  readonly args: readonly ConcreteType[];
  readonly scope: Scope;
}

function describeResult(at: VariableAt): SchemaKind {
  return {
    tag: "enum",
    name: "Result",
    variants: [
      { name: "Ok", index: 0, payload: { tag: "newtype", typeRef: at(0) } },
      { name: "Err", index: 1, payload: { tag: "newtype", typeRef: at(1) } },
    ],
  };
}

function isByte(type: ConcreteType): boolean {
  return type.kind === "primitive" && type.name === "u8";
}

function concrete(typeId: bigint, args: readonly TypeRef[]): TypeRef {
  return { tag: "concrete", typeId, args };
}

function variable(name: string): TypeRef {
  return { tag: "var", name };
}
