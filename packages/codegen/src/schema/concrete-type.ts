/**
 * Types without aliases and parameters, each represented by one object, so that "the same type" is `===`. The
 * extraction asks that question for every field of a generic declaration.
 */
import type { PayloadPrimitive, SchemaPrimitive } from "@voxrpc/runtime/internal/schema";
import { Boxes, isOnHeap } from "./boxes.js";
import { memberTypes } from "./parts.js";
import type { SourceDeclaration, SourceType } from "./source-type.js";

interface Numbered {
  /** Unique in its table. */
  readonly number: number;
}

export type ConcreteType = Numbered &
  (
    | { readonly kind: "primitive"; readonly name: SchemaPrimitive | PayloadPrimitive }
    | { readonly kind: "payload"; readonly name: string; readonly content: ConcreteType }
    | { readonly kind: "option" | "list" | "slice" | "set" | "hashSet"; readonly element: ConcreteType }
    /** A type of its own that is not on the wire: see `Boxes`. */
    | { readonly kind: "box"; readonly element: ConcreteType }
    | { readonly kind: "array"; readonly element: ConcreteType; readonly length: number }
    | { readonly kind: "tuple"; readonly elements: readonly ConcreteType[] }
    | { readonly kind: "map"; readonly key: ConcreteType; readonly value: ConcreteType }
    | { readonly kind: "result"; readonly ok: ConcreteType; readonly error: ConcreteType }
    | { readonly kind: "channel"; readonly direction: "tx" | "rx"; readonly element: ConcreteType }
    | {
        readonly kind: "named";
        readonly declaration: SourceDeclaration;
        readonly args: readonly ConcreteType[];
      }
  );

/** A member of one instantiation of a declaration. */
export interface Member {
  readonly type: ConcreteType;
  /** The type with the boxes that Rust needs: only the extraction looks at them. */
  readonly boxed: ConcreteType;
  /** The first type parameter whose argument is the same type. */
  readonly parameter: string | undefined;
}

type Unnumbered<T> = T extends unknown ? Omit<T, "number"> : never;

/** The arguments for the parameters of the declaration around a type. */
type Scope = ReadonlyMap<string, ConcreteType>;

const noScope: Scope = /*@__PURE__*/ new Map();

/** Makes concrete types and keeps them; one table for a whole program. */
export class ConcreteTypes {
  readonly #byKey = new Map<string, ConcreteType>();
  readonly #declarations = new Map<object, number>();
  readonly #boxes = new Boxes();
  readonly #membersByType = new Map<ConcreteType, readonly Member[]>();

  /**
   * The concrete type of a source type, its parameters replaced by what `scope` says.
   *
   * @param owner the declaration around the type, where it is inside of a member without a list, map or set in between
   * @throws Error for a parameter that the scope does not know: the checker lets none through.
   */
  resolve(type: SourceType, scope: Scope = noScope, owner?: SourceDeclaration): ConcreteType {
    const inner = (part: SourceType): ConcreteType =>
      this.resolve(part, scope, isOnHeap(type) ? undefined : owner);
    switch (type.kind) {
      case "alias":
        return inner(type.target);
      case "parameter":
        return lookUp(type.name, scope);
      case "primitive":
        return this.primitive(type.name);
      case "payload": {
        const content = this.resolve(type.content, scope);
        const { declaration } = type;
        const name = "name" in declaration ? String(declaration.name) : "";
        return this.#intern(`payload ${this.#numberOf(declaration)}`, { kind: "payload", name, content });
      }
      case "option":
      case "set":
      case "hashSet":
      case "slice":
        return this.#containerOf(type.kind, inner(type.element));
      case "list":
        return this.#list(inner(type.element));
      case "array":
        return this.#array(inner(type.element), type.length);
      case "tuple":
        return this.tuple(type.elements.map(inner));
      case "map":
        return this.#map(inner(type.key), inner(type.value));
      case "result":
        return this.result(inner(type.ok), inner(type.error));
      case "channel":
        return this.#channel(type.direction, inner(type.element));
      case "named":
        return this.#boxed(this.named(type.declaration, type.args.map(inner)), type.declaration, owner);
    }
  }

  primitive(name: SchemaPrimitive | PayloadPrimitive): ConcreteType {
    return this.#intern(name, { kind: "primitive", name });
  }

  tuple(elements: readonly ConcreteType[]): ConcreteType {
    return this.#intern(`tuple ${numbers(elements)}`, { kind: "tuple", elements });
  }

  result(ok: ConcreteType, error: ConcreteType): ConcreteType {
    return this.#intern(`result ${numbers([ok, error])}`, { kind: "result", ok, error });
  }

  named(declaration: SourceDeclaration, args: readonly ConcreteType[]): ConcreteType {
    const number = this.#numberOf(declaration);
    return this.#intern(`named ${number} ${numbers(args)}`, { kind: "named", declaration, args });
  }

  /** Members of a struct or enum, in the order of the declaration. Found when first requested: they may lead back. */
  members(type: Extract<ConcreteType, { kind: "named" }>): readonly Member[] {
    let members = this.#membersByType.get(type);
    if (members === undefined) {
      const { declaration, args } = type;
      const scope = scopeOf(declaration, args);
      members = memberTypes<SourceType>(declaration).map((source) => {
        const boxed = this.resolve(source, scope, declaration);
        return {
          type: this.resolve(source, scope),
          boxed,
          parameter: declaration.parameters[args.indexOf(boxed)],
        };
      });
      this.#membersByType.set(type, members);
    }
    return members;
  }

  #boxed(
    type: ConcreteType,
    declaration: SourceDeclaration,
    owner: SourceDeclaration | undefined,
  ): ConcreteType {
    if (owner === undefined || !this.#boxes.isNeeded(owner, declaration)) return type;
    return this.#intern(`box ${type.number}`, { kind: "box", element: type });
  }

  #numberOf(declaration: object): number {
    let number = this.#declarations.get(declaration);
    if (number === undefined) {
      number = this.#declarations.size;
      this.#declarations.set(declaration, number);
    }
    return number;
  }

  #list(element: ConcreteType): ConcreteType {
    if (element.kind === "primitive" && element.name === "u8") return this.primitive("bytes");
    return this.#containerOf("list", element);
  }

  #containerOf(kind: "option" | "list" | "slice" | "set" | "hashSet", element: ConcreteType): ConcreteType {
    return this.#intern(`${kind} ${element.number}`, { kind, element });
  }

  #array(element: ConcreteType, length: number): ConcreteType {
    return this.#intern(`array ${element.number} ${length}`, { kind: "array", element, length });
  }

  #map(key: ConcreteType, value: ConcreteType): ConcreteType {
    return this.#intern(`map ${numbers([key, value])}`, { kind: "map", key, value });
  }

  #channel(direction: "tx" | "rx", element: ConcreteType): ConcreteType {
    return this.#intern(`${direction} ${element.number}`, { kind: "channel", direction, element });
  }

  #intern(key: string, type: Unnumbered<ConcreteType>): ConcreteType {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made = { ...type, number: this.#byKey.size } as ConcreteType;
    this.#byKey.set(key, made);
    return made;
  }
}

/** The arguments for the parameters of a declaration in one instantiation. */
function scopeOf(declaration: SourceDeclaration, args: readonly ConcreteType[]): Scope {
  const scope = new Map<string, ConcreteType>();
  for (const [index, name] of declaration.parameters.entries()) {
    const arg = args[index];
    if (arg !== undefined) scope.set(name, arg);
  }
  return scope;
}

function lookUp(name: string, scope: Scope): ConcreteType {
  const type = scope.get(name);
  if (type === undefined) throw new Error(`type parameter ${name} is used outside of its declaration`);
  return type;
}

function numbers(types: readonly ConcreteType[]): string {
  return types.map((type) => type.number).join(",");
}
