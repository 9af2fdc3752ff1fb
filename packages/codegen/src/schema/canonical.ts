/**
 * From a type to its schemas, in the order in which they are announced: dependencies first, the root last.
 *
 * Several rules look odd and are deliberate: peers compare what we announce with what the reference's extraction makes
 * of the same types, so its accidents have to be mirrored. Source: `protocol/schemas.md` §3.1.
 *
 * - A declaration is described once, as the first instantiation has it whose members are all known; others refer to
 *   that. Of an instantiation inside of another one, that is the inner one.
 * - A field whose type equals a type argument is a variable, whatever the source says.
 * - Byte lists and other lists share one description, and so do arrays of all lengths: the first one claims it.
 * - A box is seen through, and what is around it is another type than without: `Nested?` inside of `Nested` is looked
 *   at where `Nested?` outside of it is being looked at.
 * - Arguments are looked at after the members, and a second time where a member has the same type.
 */
import type { PayloadPrimitive, SchemaPrimitive } from "@voxrpc/runtime/internal/schema";
import type { ConcreteType, ConcreteTypes } from "./concrete-type.js";
import type { SourceDeclaration } from "./source-type.js";
import type { Template, Templates } from "./template.js";

/** A reference to another schema of the same extraction, or a variable. */
export type DraftRef =
  | { readonly tag: "concrete"; readonly token: number; readonly args: readonly DraftRef[] }
  | { readonly tag: "var"; readonly name: string };

/** A schema that has no id yet. */
export interface Draft {
  /** Tells the schemas of one extraction apart. */
  readonly token: number;
  readonly template: Template;
  /** The references that fill the template. */
  readonly refs: readonly DraftRef[];
}

export interface Extraction {
  readonly root: DraftRef;
  /** In emission order. May describe one type twice (a list and a set): hashing makes their ids equal. */
  readonly drafts: readonly Draft[];
}

/** Extracts the schemas of one root. */
export function extractSchemas(root: ConcreteType, types: ConcreteTypes, templates: Templates): Extraction {
  const extractor = new Extractor(types, templates);
  const ref = extractor.extract(root);
  return { root: ref, drafts: extractor.drafts };
}

/** The key of a description, which is made at most once: a declaration, or a text for all other types. */
type Key = SourceDeclaration | string;

class Extractor {
  readonly drafts: Draft[] = [];
  readonly #types: ConcreteTypes;
  readonly #templates: Templates;
  readonly #tokens = new Map<Key, number>();
  /** Keys that are described. */
  readonly #emitted = new Set<Key>();
  /** Types whose members were looked at, or are being looked at. */
  readonly #seen = new Set<ConcreteType>();

  constructor(types: ConcreteTypes, templates: Templates) {
    this.#types = types;
    this.#templates = templates;
  }

  extract(type: ConcreteType): DraftRef {
    const templates = this.#templates;
    switch (type.kind) {
      case "primitive":
        if (type.name === "bytes") return this.#bytes("list");
        return this.#primitive(type.name, isPayload(type.name) ? "payload" : type.name);
      // Each is described by itself; equal descriptions become one when they have their ids.
      case "payload":
        return this.#primitive(`payload ${type.number}`, "payload");
      case "box":
        return this.extract(type.element);
      case "slice":
        if (isByte(type.element)) return this.#bytes("slice");
        return this.#container(type, "slice", templates.list(["T"]), [type.element]);
      case "list":
      case "set":
        return this.#container(type, type.kind, templates.list(["T"]), [type.element]);
      case "hashSet":
        return this.#container(type, "hashSet", templates.list(["T", "S"]), [
          type.element,
          this.#types.primitive("payload"),
        ]);
      case "option":
        return this.#container(type, "option", templates.option(), [type.element]);
      case "array":
        return this.#container(type, "array", templates.array(type.length), [type.element]);
      case "map":
        return this.#container(type, "map", templates.map(), [type.key, type.value]);
      case "result":
        return this.#container(type, "result", templates.result(), [type.ok, type.error]);
      case "tuple":
        return this.#family(
          type,
          `tuple ${type.elements.length}`,
          templates.tuple(type.elements.length),
          type.elements,
        );
      case "channel":
        return this.#family(type, type.direction, templates.channel(type.direction), [type.element]);
      case "named":
        return this.#named(type);
    }
  }

  #primitive(key: string, name: SchemaPrimitive): DraftRef {
    this.#emit(key, this.#templates.primitive(name), []);
    return { tag: "concrete", token: this.#tokenOf(key), args: [] };
  }

  /** A byte list or byte slice: shares its key with the lists or slices of other elements. */
  #bytes(key: "list" | "slice"): DraftRef {
    if (!this.#emitted.has(key)) return this.#primitive(key, "bytes");
    return { tag: "concrete", token: this.#tokenOf(key), args: [this.extract(this.#types.primitive("u8"))] };
  }

  /** A built-in generic: its members have the types of its parameters. */
  #container(type: ConcreteType, key: string, template: Template, args: readonly ConcreteType[]): DraftRef {
    const isNew = this.#begin(type, key);
    if (isNew) for (const arg of args) this.extract(arg);
    const refs = args.map((arg) => this.extract(arg));
    // Equal arguments share the name of the first one.
    const names = args.map((arg) => template.typeParams[args.indexOf(arg)] ?? "");
    if (isNew) this.#emit(key, template, names.map(variable));
    return { tag: "concrete", token: this.#tokenOf(key), args: refs };
  }

  /** A tuple or channel: every element is a variable of its own, and looked at once. */
  #family(type: ConcreteType, key: string, template: Template, elements: readonly ConcreteType[]): DraftRef {
    if (elements.length === 0) return this.#primitive("unit", "unit");
    const isNew = this.#begin(type, key);
    const refs = elements.map((element) => this.extract(element));
    if (isNew) this.#emit(key, template, template.typeParams.map(variable));
    return { tag: "concrete", token: this.#tokenOf(key), args: refs };
  }

  #named(type: Extract<ConcreteType, { kind: "named" }>): DraftRef {
    const { declaration, args } = type;
    if (declaration.kind === "tupleStruct" && declaration.isTransparent === true) {
      const [only] = this.#types.members(type);
      // Only the comparisons of types above distinguish a transparent struct from its element.
      if (only !== undefined) return this.extract(only.boxed);
    }
    const members = this.#begin(type, declaration)
      ? this.#types.members(type).map(({ boxed, parameter }): DraftRef => {
          const ref = this.extract(boxed);
          return parameter === undefined ? ref : variable(parameter);
        })
      : undefined;
    const refs = args.map((arg) => this.extract(arg));
    if (members !== undefined) this.#emit(declaration, this.#templates.declaration(declaration), members);
    return { tag: "concrete", token: this.#tokenOf(declaration), args: refs };
  }

  /**
   * Whether the members of a type are to be looked at: not those of a type that is being looked at further out, and not
   * those of a key that is described. Of a type inside of another one with its key, the inner one is described.
   */
  #begin(type: ConcreteType, key: Key): boolean {
    if (this.#seen.has(type)) return false;
    this.#seen.add(type);
    return !this.#emitted.has(key);
  }

  /** The number of a key: known before it is described, because members may lead back to it. */
  #tokenOf(key: Key): number {
    const token = this.#tokens.get(key) ?? this.#tokens.size;
    this.#tokens.set(key, token);
    return token;
  }

  /** Describes a key, unless it is described. */
  #emit(key: Key, template: Template, refs: readonly DraftRef[]): void {
    if (this.#emitted.has(key)) return;
    this.#emitted.add(key);
    this.drafts.push({ token: this.#tokenOf(key), template, refs });
  }
}

function isPayload(name: SchemaPrimitive | PayloadPrimitive): name is PayloadPrimitive {
  return name === "duration" || name === "timedelta" || name === "value";
}

function isByte(type: ConcreteType): boolean {
  return type.kind === "primitive" && type.name === "u8";
}

function variable(name: string): DraftRef {
  return { tag: "var", name };
}
