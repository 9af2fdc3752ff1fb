/**
 * Declarations of Rust as declarations of the language. Each is made once; its members are read when its turn comes.
 */
import type {
  DraftDeclaration,
  DraftField,
  DraftType,
  DraftVariant,
  DraftVariantForm,
} from "../print/draft.js";
import { stringText } from "../print/literals.js";
import type {
  Attribute,
  Described,
  RustAlias,
  RustEnum,
  RustField,
  RustFields,
  RustStruct,
  RustType,
  RustTypeItem,
  Token,
} from "./ast.js";
import { conditionOf, entries, named } from "./attributes.js";
import { defaultText } from "./defaults.js";
import { harmlessAttributes } from "./foreign.js";
import { type ImportInputs, type Lowering, reported, type Scope } from "./import-inputs.js";
import { stringValue } from "./literals.js";
import type { Module } from "./modules.js";
import { readTypeText } from "./read-type-text.js";
import type { Trail } from "./trail.js";

/** A declaration and where it comes from. */
export interface Declared {
  readonly declaration: DraftDeclaration;
  readonly module: Module;
  readonly item: RustTypeItem | undefined;
  readonly trail: Trail;
  /** Where to point at for the declaration. */
  readonly span: Described["span"];
}

export class Declarations {
  readonly #inputs: ImportInputs;
  readonly #types: Lowering;
  readonly #made = new Map<RustTypeItem, Declared>();
  readonly #all: Declared[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #refused = new Set<RustTypeItem>();

  constructor(workshop: ImportInputs, types: Lowering) {
    this.#inputs = workshop;
    this.#types = types;
  }

  /** Everything that was reached, in the order of reaching. */
  all(): readonly Declared[] {
    return this.#all;
  }

  /** Reads members until nothing new is reached. */
  complete(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
  }

  /** The declaration of an item; undefined when it was reported. */
  of(item: RustTypeItem, module: Module, trail: Trail): DraftDeclaration | undefined {
    const known = this.#made.get(item);
    if (known !== undefined) return known.declaration;
    if (this.#refused.has(item)) return undefined;
    const declaration = this.#problem(item, module, trail) ? undefined : this.#make(item, module, trail);
    if (declaration === undefined) this.#refused.add(item);
    return declaration;
  }

  /** Reports what makes an item unreadable. */
  #problem(item: RustTypeItem, module: Module, trail: Trail): boolean {
    const { findings } = this.#inputs;
    const path = String(trail);
    const name = item.name.text;
    if (item.fault !== undefined) {
      findings.report("VOX6001", item.fault, { path });
      return true;
    }
    if (item.kind === "alias") return false;
    const other = item.attributes.find(({ path: [first = ""] }) => !harmlessAttributes.has(first));
    if (
      derivesFacet(item.attributes) ||
      module.impls.some((one) => one.trait === "Facet" && one.type === name)
    ) {
      const isUnit = item.kind === "struct" && item.fields.kind === "unit";
      if (!isUnit || other === undefined) return false;
    }
    if (other !== undefined)
      findings.report("VOX6007", other.span, { attribute: other.path.join("::"), name, path });
    else findings.report("VOX6014", item.name.span, { name, path });
    return true;
  }

  #make(item: RustTypeItem, module: Module, trail: Trail): DraftDeclaration | undefined {
    const { text: name, span } = item.name;
    const parameters = item.generics.types;
    const attributes = deprecation(item.attributes);
    const base = { name, docs: item.docs, attributes, parameters };
    const scope: Scope = {
      module,
      parameters: new Map(parameters.map((one) => [one, { kind: "word", text: one }])),
      trail,
    };
    if (item.kind !== "alias") {
      const proxied = this.#proxied(item, item.attributes, name, scope);
      if (proxied !== undefined) return proxied;
    }
    const declaration = this.#shape(item, base, scope);
    const declared = { declaration, module, item, trail, span };
    this.#made.set(item, declared);
    this.#all.push(declared);
    return declaration;
  }

  #shape(item: RustTypeItem, base: Base, scope: Scope): DraftDeclaration {
    if (item.kind === "alias") return this.#alias(item, base, scope);
    if (item.kind === "enum") return this.#enum(item, base, scope);
    const { fields } = item;
    if (fields.kind === "named" && !(isTransparent(item.attributes) && fields.fields.length === 1))
      return this.#struct(fields.fields, base, scope);
    if (fields.kind === "unit") return { ...base, kind: "alias", type: { kind: "word", text: "unit" } };
    return this.#tupleStruct(item, fields.fields, base, scope);
  }

  #alias(item: RustAlias, base: Base, scope: Scope): DraftDeclaration {
    const declaration: DraftDeclaration = { ...base, kind: "alias", type: reported };
    const trail = scope.trail.step(base.name);
    this.#waiting.push(() => {
      if (item.type !== undefined) declaration.type = this.#types.lower(item.type, { ...scope, trail });
    });
    return declaration;
  }

  #struct(fields: readonly RustField[], base: Base, scope: Scope): DraftDeclaration {
    const declaration: DraftDeclaration = { ...base, kind: "struct", fields: [] };
    this.#waiting.push(() => {
      declaration.fields = fields.map((field) => this.#field(field, base.name, scope, true));
    });
    return declaration;
  }

  #tupleStruct(item: RustStruct, fields: readonly RustField[], base: Base, scope: Scope): DraftDeclaration {
    const isOne = isTransparent(item.attributes);
    const [only, ...more] = fields.map((field) => field.type);
    const isBytes = only?.kind === "array" && more.length === 0 && isByte(only.element);
    const attributes = [
      ...(isOne ? ["@transparent"] : []),
      ...(isBytes ? ["@typed"] : []),
      ...base.attributes,
    ];
    const declaration: DraftDeclaration = { ...base, attributes, kind: "tupleStruct", types: [] };
    this.#waiting.push(() => {
      declaration.types = fields.map((field) => this.#fieldType(field, base.name, scope));
    });
    return declaration;
  }

  #enum(item: RustEnum, base: Base, scope: Scope): DraftDeclaration {
    const declaration: DraftDeclaration = { ...base, kind: "enum", isError: false, variants: [] };
    this.#waiting.push(() => {
      declaration.variants = item.variants.map((variant): DraftVariant => {
        this.#condition(variant);
        const { docs, name } = variant;
        const form = this.#form(variant.fields, `${base.name}::${name.text}`, scope);
        return { name: name.text, docs, attributes: deprecation(variant.attributes), form };
      });
    });
    return declaration;
  }

  #form(fields: RustFields, owner: string, scope: Scope): DraftVariantForm {
    switch (fields.kind) {
      case "unit":
        return { kind: "unit" };
      case "tuple":
        return { kind: "tuple", types: fields.fields.map((field) => this.#fieldType(field, owner, scope)) };
      case "named":
        return {
          kind: "struct",
          fields: fields.fields.map((field) => this.#field(field, owner, scope, false)),
        };
    }
  }

  #fieldType(field: RustField, owner: string, scope: Scope): DraftType {
    this.#condition(field);
    const step = /^\d/.test(field.name.text) ? owner : `${owner}.${field.name.text}`;
    const inner = { ...scope, trail: scope.trail.step(step) };
    const name = field.type.kind === "path" ? (field.type.path.segments.at(-1) ?? "") : "";
    const proxied = this.#proxied(undefined, field.attributes, name, inner, field);
    return proxied === undefined
      ? this.#types.lower(field.type, inner)
      : { kind: "named", declaration: proxied, args: [] };
  }

  /** @param canDefault fields of variants have no defaults on the wire */
  #field(field: RustField, owner: string, scope: Scope, canDefault: boolean): DraftField {
    const type = this.#fieldType(field, owner, scope);
    const attributes = deprecation(field.attributes);
    if (isByteArray(type)) attributes.push("@typed");
    const facets = canDefault ? named(entries(field.attributes, "facet"), "default") : [];
    let text: string | undefined;
    const [written] = facets;
    if (written !== undefined) {
      const found = defaultText(type, written.value ?? written.args, (one) => this.#enumOf(one));
      if (found.kind === "text") text = found.text === "none" ? undefined : found.text;
      else this.#reportDefault(field, type, found.problem, owner);
    } else if (canDefault && isOption(type)) attributes.push("@required");
    return { name: field.name.text, docs: field.docs, attributes, type, default: text };
  }

  #reportDefault(field: RustField, type: DraftType, problem: string, owner: string): void {
    this.#inputs.findings.report("VOX6016", field.name.span, {
      name: `${owner}.${field.name.text}`,
      problem,
      advice: isOption(type)
        ? "an absent value is none here"
        : "the field is required here: peers that leave it out are refused",
    });
  }

  /** The enum of Rust that a type of the language was made of. */
  #enumOf(type: DraftType): RustEnum | undefined {
    if (type.kind !== "named") return undefined;
    const item = this.#all.find(({ declaration }) => declaration === type.declaration)?.item;
    return item?.kind === "enum" ? item : undefined;
  }

  #condition({ name, attributes }: Described): void {
    const condition = conditionOf(attributes);
    if (condition !== undefined)
      this.#inputs.findings.report("VOX6017", name.span, { name: name.text, condition });
  }

  /** A payload type for `opaque` with `proxy`; undefined without these words, or when they are wrong. */
  #proxied(
    item: RustTypeItem | undefined,
    attributes: readonly Attribute[],
    name: string,
    scope: Scope,
    field?: RustField,
  ): DraftDeclaration | undefined {
    const { isOpaque, proxy } = proxyOf(attributes);
    const span = named(attributes, "facet")[0]?.span;
    if (span === undefined || (!isOpaque && proxy === undefined)) return undefined;
    const path = String(scope.trail);
    if (proxy === undefined || !isOpaque) {
      if (proxy === undefined) this.#inputs.findings.report("VOX6011", span, { path });
      else this.#inputs.findings.report("VOX6010", span, { proxy: textOf(proxy), path });
      return undefined;
    }
    const declaration: DraftDeclaration = {
      kind: "alias",
      name,
      docs: item?.docs ?? [],
      attributes: ["@payload"],
      parameters: [],
      type: this.#types.lower(readTypeText(textOf(proxy), span), scope),
    };
    const known = this.#all.find(
      (one) =>
        one.declaration.kind === "alias" &&
        one.declaration.name === name &&
        one.module.crate === scope.module.crate,
    );
    if (known !== undefined && field !== undefined) return known.declaration;
    const declared = { declaration, module: scope.module, item, trail: scope.trail, span };
    if (item !== undefined) this.#made.set(item, declared);
    this.#all.push(declared);
    return declaration;
  }
}

interface Base {
  readonly name: string;
  readonly docs: readonly string[];
  readonly attributes: readonly string[];
  readonly parameters: readonly string[];
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join("");
}

/** The words of `#[facet(opaque, proxy = T)]`. */
function proxyOf(attributes: readonly Attribute[]): {
  readonly isOpaque: boolean;
  readonly proxy: readonly Token[] | undefined;
} {
  const facets = entries(attributes, "facet");
  return {
    isOpaque: named(facets, "opaque").length > 0,
    proxy: named(facets, "proxy")[0]?.value,
  };
}

function isTransparent(attributes: readonly Attribute[]): boolean {
  return [...entries(attributes, "facet"), ...entries(attributes, "repr")].some(
    ({ path }) => path.join("::") === "transparent",
  );
}

function derivesFacet(attributes: readonly Attribute[]): boolean {
  return entries(attributes, "derive").some(({ path }) => path.at(-1) === "Facet");
}

function isOption(type: DraftType): boolean {
  if (type.kind === "option") return true;
  return type.kind === "named" && type.declaration.kind === "alias" && isOption(type.declaration.type);
}

function isByte(type: RustType): boolean {
  return type.kind === "path" && type.path.segments.at(-1) === "u8";
}

function isByteArray(type: DraftType): boolean {
  if (type.kind === "option") return isByteArray(type.element);
  return type.kind === "array" && type.element.kind === "word" && type.element.text === "u8";
}

/** `#[deprecated(note = "…")]` */
export function deprecation(attributes: readonly Attribute[]): string[] {
  const [found] = named(attributes, "deprecated");
  if (found === undefined) return [];
  const note = found.value ?? named(entries(attributes, "deprecated"), "note")[0]?.value;
  return [`@deprecated(${stringText(stringValue(note?.[0]?.text ?? "") ?? "see the Rust source")})`];
}
