/** Types of the language as Rust writes them. */
import type { ModelFile, PrimitiveName, Type, TypeDeclaration } from "../../model/model.js";
import { withoutAliases } from "../../model/parts.js";
import { type Boxes, isOnHeap } from "../../schema/boxes.js";
import { standardPaths, wireName } from "./names.js";

type Named = (Type & { kind: "named" })["declaration"];

/** Types of other crates, by the names that the language has for them. */
const foreignTypes: Readonly<Partial<Record<PrimitiveName, string>>> = {
  duration: "std::time::Duration",
  timedelta: "chrono::TimeDelta",
  value: "facet_value::Value",
};

/** Writes types for one file, and collects the imports that they need. */
export class TypeWriter {
  readonly #file: ModelFile;
  readonly #boxes: Boxes;
  readonly #taken: ReadonlySet<string>;
  readonly #standard = new Set<string>();
  readonly #imported = new Map<ModelFile, Set<string>>();

  constructor(file: ModelFile, boxes: Boxes) {
    this.#file = file;
    this.#boxes = boxes;
    this.#taken = new Set([...file.types, ...file.services].map(({ name }) => name));
  }

  /** Names of Rust that the types need; those of the prelude left out. */
  get standard(): ReadonlySet<string> {
    return this.#standard;
  }

  /** Names that the types need from other files. */
  get imported(): ReadonlyMap<ModelFile, ReadonlySet<string>> {
    return this.#imported;
  }

  /** A name of Rust's own, in full where the file has a type of that name. */
  own(name: string): string {
    const full = standardPaths[name];
    if (full !== undefined && this.#taken.has(name)) return full;
    if (full !== undefined) this.#standard.add(name);
    return name;
  }

  /** @param owner the declaration around the type, where the type may need a `Box` */
  text(type: Type, owner?: Named): string {
    const inner = (one: Type): string => this.text(one, isOnHeap(type) ? undefined : owner);
    switch (type.kind) {
      case "primitive":
        return this.#primitive(type.name);
      // The alias becomes a newtype: this is the type inside it.
      case "payload":
        return inner(type.content);
      case "parameter":
        return type.name;
      case "option":
        return `${this.own("Option")}<${inner(type.element)}>`;
      case "list":
        return `${this.own("Vec")}<${inner(type.element)}>`;
      case "array":
        return `[${inner(type.element)}; ${type.length}]`;
      case "tuple": {
        const elements = type.elements.map(inner);
        return elements.length === 1 ? `(${elements[0]},)` : `(${elements.join(", ")})`;
      }
      case "map":
        return `${this.own("BTreeMap")}<${inner(type.key)}, ${inner(type.value)}>`;
      case "set":
        return `${this.own("BTreeSet")}<${inner(type.element)}>`;
      case "result":
        return `${this.own("Result")}<${inner(type.ok)}, ${inner(type.error)}>`;
      case "channel":
        return `${this.own(type.direction === "tx" ? "Tx" : "Rx")}<${inner(type.element)}>`;
      case "alias":
        return this.#alias(type, owner);
      case "named": {
        const name = this.#named(type.declaration, type.args.map(inner));
        const isBoxed = owner !== undefined && this.#boxes.isNeeded(owner, type.declaration);
        return isBoxed ? `${this.own("Box")}<${name}>` : name;
      }
    }
  }

  /** An alias in which a `Box` is needed is written out. */
  #alias(type: Type & { kind: "alias" }, owner: Named | undefined): string {
    if (type.declaration.type.kind === "payload") return this.#named(type.declaration, []);
    const seen = withoutAliases(type);
    const written = this.text(seen, owner);
    if (owner !== undefined && written !== this.text(seen)) return written;
    return this.#named(
      type.declaration,
      type.args.map((one) => this.text(one, owner)),
    );
  }

  #primitive(name: PrimitiveName): string {
    const foreign = foreignTypes[name];
    if (foreign !== undefined) return foreign;
    if (name === "string") return this.own("String");
    if (name === "bytes") return `${this.own("Vec")}<u8>`;
    return name === "never" ? this.own("Infallible") : name === "unit" ? "()" : name;
  }

  #named(declaration: TypeDeclaration, args: readonly string[]): string {
    const { file } = declaration;
    const name = wireName(declaration.name);
    if (file !== this.#file) {
      const names = this.#imported.get(file) ?? new Set();
      this.#imported.set(file, names.add(name));
    }
    return args.length === 0 ? name : `${name}<${args.join(", ")}>`;
  }
}
