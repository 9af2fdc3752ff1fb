/** Whether a crate on vox 0.8.2 and schemas agree: ids of methods, and every type that they announce. */
import {
  assemblePayload,
  readSchemaPayload,
  resolveKind,
  type Schema,
  type SchemaField,
  type SchemaLookup,
  type SchemaPayload,
  type TypeId,
  type TypeRef,
  typeName,
  typeRefKey,
  type VariantPayload,
} from "@voxrpc/runtime/internal/schema";
import { type Diagnostic, Reporter } from "../diagnostics/report.js";
import type { Method, Model, Service, Type } from "../model/model.js";
import { compositeText, type Written } from "../print/type-text.js";
import { methodId, SchemaCache, typeSchemas } from "../schema/index.js";

/** The announcement of the Rust side for one method, as the crate vox-export prints it. */
export interface RustAnnouncement {
  readonly service: string;
  readonly method: string;
  /** In decimal digits. */
  readonly id: string;
  /** Announcement of the tuple of arguments, as hex of CBOR. */
  readonly args: string;
  /** Announcement of the type that the method returns in Rust; `Result` where the method declares an error. */
  readonly returns: string;
}

/** The differences between the two sides. Places are in the schemas. */
export function verifyRust(model: Model, announced: readonly RustAnnouncement[]): readonly Diagnostic[] {
  const reporter = new Reporter();
  const cache = new SchemaCache();
  const rust = new Map(announced.map((one) => [one.id, one]));
  const known = new Set<string>();
  const services = model.files.flatMap((file) => file.services);
  for (const service of services)
    for (const method of service.methods) {
      const id = String(methodId(service.name, method.name));
      known.add(id);
      const other = rust.get(id);
      const name = `${service.name}.${method.name}`;
      if (other === undefined)
        reporter.report("VOX6201", method.span, {
          method: name,
          problem: "the Rust crate has no method of this id",
          advice: "add it to the trait, or remove it here; types play no part in ids",
        });
      else compareMethod(name, method, other, cache, reporter);
    }
  for (const { id, service, method } of announced) {
    if (known.has(id)) continue;
    const span = spanFor(services, service, model);
    reporter.report("VOX6201", span, {
      method: `${service}.${method}`,
      problem: "the Rust crate has it, and no schema does",
      advice: "add it to the schema; `vox-gen import rust` writes it",
    });
  }
  return reporter.sorted();
}

function spanFor(services: readonly Service[], name: string, model: Model): Method["span"] {
  const service = services.find((one) => one.name === name);
  return service?.span ?? { file: model.files[0]?.path ?? "", start: 0, end: 0 };
}

function compareMethod(
  name: string,
  { args, returns, throws, span }: Method,
  rust: RustAnnouncement,
  cache: SchemaCache,
  reporter: Reporter,
): void {
  const tuple: Type =
    args.length === 0
      ? { kind: "primitive", name: "unit", asNumber: false }
      : { kind: "tuple", elements: args.map(({ type }) => type) };
  const result: Type = throws === undefined ? returns : { kind: "result", ok: returns, error: throws };
  const parts = [
    { part: "arguments", type: tuple, hex: rust.args, names: args.map((argument) => argument.name) },
    { part: "result", type: result, hex: rust.returns, names: [] },
  ];
  for (const { part, type, hex, names } of parts) {
    const { root, schemas } = typeSchemas(type, cache);
    const own = assemblePayload(
      schemas.map(({ cbor }) => cbor),
      root,
    );
    if (hexOf(own) === hex) continue;
    const difference = new Comparison(readPayload(bytesOf(hex)), readPayload(own)).find(names);
    if (difference === undefined) reporter.report("VOX6203", span, { method: name, part });
    else
      reporter.report("VOX6202", span, { method: name, where: `${part}${difference.path}`, ...difference });
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  );
}

const limits = { maxSchemaBytes: 16_777_216, maxSchemas: 65_536, maxSchemaDepth: 128 };

function readPayload(bytes: Uint8Array): SchemaPayload {
  return readSchemaPayload(bytes, limits);
}

interface Difference {
  /** From the root on: `.request.id`. */
  readonly path: string;
  readonly rust: string;
  readonly schema: string;
}

/** Two announcements side by side. */
class Comparison {
  readonly #rust: SchemaPayload;
  readonly #own: SchemaPayload;
  readonly #rustLookup: SchemaLookup;
  readonly #ownLookup: SchemaLookup;
  readonly #seen = new Set<string>();

  constructor(rust: SchemaPayload, own: SchemaPayload) {
    this.#rust = rust;
    this.#own = own;
    this.#rustLookup = lookupIn(rust.schemas);
    this.#ownLookup = lookupIn(own.schemas);
  }

  /** @param names the names of the elements of the root */
  find(names: readonly string[]): Difference | undefined {
    return this.#compare(this.#rust.root, this.#own.root, "", names);
  }

  #compare(rust: TypeRef, own: TypeRef, path: string, names: readonly string[] = []): Difference | undefined {
    const key = `${typeRefKey(rust)} ${typeRefKey(own)}`;
    if (this.#seen.has(key)) return undefined;
    this.#seen.add(key);
    const left = resolveKind(rust, this.#rustLookup);
    const right = resolveKind(own, this.#ownLookup);
    const differs: Difference = {
      path,
      rust: typeName(rust, this.#rustLookup),
      schema: schemaWord(own, this.#ownLookup),
    };
    if (left === undefined || right === undefined) return left === right ? undefined : differs;
    const inner = (a: TypeRef, b: TypeRef, step: string): Difference | undefined =>
      this.#compare(a, b, `${path}${step}`);
    if (left.tag === "primitive" && right.tag === "primitive")
      return left.primitiveType === right.primitiveType ? undefined : differs;
    if (left.tag === "struct" && right.tag === "struct") {
      if (left.name !== right.name) return differs;
      return this.#fields(left.fields, right.fields, path);
    }
    if (left.tag === "enum" && right.tag === "enum") {
      if (left.name !== right.name) return differs;
      for (let at = 0; at < Math.max(left.variants.length, right.variants.length); at += 1) {
        const [a, b] = [left.variants[at], right.variants[at]];
        if (a === undefined || b === undefined || a.name !== b.name)
          return { path, rust: variantWord(a?.name), schema: variantWord(b?.name) };
        const found = this.#payload(a.payload, b.payload, `${path}::${a.name}`);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    if (left.tag === "tuple" && right.tag === "tuple")
      return left.elements.length === right.elements.length
        ? this.#all(left.elements, right.elements, (at) => `${path}.${names[at] ?? at}`)
        : differs;
    if (left.tag === "map" && right.tag === "map")
      return inner(left.key, right.key, "[key]") ?? inner(left.value, right.value, "[value]");
    if (left.tag === "array" && right.tag === "array")
      return left.length === right.length ? inner(left.element, right.element, "[]") : differs;
    if (left.tag === "channel" && right.tag === "channel")
      return left.direction === right.direction ? inner(left.element, right.element, "[item]") : differs;
    if (left.tag === "list" && right.tag === "list") return inner(left.element, right.element, "[]");
    if (left.tag === "option" && right.tag === "option") return inner(left.element, right.element, "?");
    return differs;
  }

  #all(
    rust: readonly TypeRef[],
    own: readonly TypeRef[],
    pathOf: (at: number) => string,
  ): Difference | undefined {
    for (const [at, left] of rust.entries()) {
      const right = own[at];
      const found = right === undefined ? undefined : this.#compare(left, right, pathOf(at));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #fields(rust: readonly SchemaField[], own: readonly SchemaField[], path: string): Difference | undefined {
    for (let at = 0; at < Math.max(rust.length, own.length); at += 1) {
      const [a, b] = [rust[at], own[at]];
      if (a === undefined || b === undefined || a.name !== b.name)
        return { path, rust: fieldWord(a), schema: fieldWord(b) };
      const step = `${path}.${a.name}`;
      if (a.required !== b.required)
        return {
          path: step,
          rust: a.required ? "a field without a default" : "a field with a default",
          schema: b.required ? "a required field" : "a field that may be absent",
        };
      const found = this.#compare(a.typeRef, b.typeRef, step);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #payload(rust: VariantPayload, own: VariantPayload, path: string): Difference | undefined {
    if (rust.tag === "newtype" && own.tag === "newtype")
      return this.#compare(rust.typeRef, own.typeRef, path);
    if (rust.tag === "struct" && own.tag === "struct") return this.#fields(rust.fields, own.fields, path);
    if (rust.tag === "tuple" && own.tag === "tuple" && rust.types.length === own.types.length)
      return this.#all(rust.types, own.types, (at) => `${path}.${at}`);
    if (rust.tag === own.tag && rust.tag === "unit") return undefined;
    return { path, rust: `a ${rust.tag} variant`, schema: `a ${own.tag} variant` };
  }
}

function lookupIn(schemas: readonly Schema[]): SchemaLookup {
  const byId = new Map<TypeId, Schema>(schemas.map((schema) => [schema.id, schema]));
  return (id) => byId.get(id);
}

function fieldWord(field: SchemaField | undefined): string {
  return field === undefined ? "no such field" : `the field ${field.name}`;
}

function variantWord(name: string | undefined): string {
  return name === undefined ? "no such variant" : `the variant ${name}`;
}

/** A type as a schema writes it, structs and enums by name. */
function schemaWord(ref: TypeRef, lookup: SchemaLookup, depth = 0): string {
  const kind = resolveKind(ref, lookup);
  if (kind === undefined || depth > 8) return "…";
  const inner = (one: TypeRef): string => schemaWord(one, lookup, depth + 1);
  switch (kind.tag) {
    case "primitive":
      return kind.primitiveType;
    case "struct":
    case "enum":
      return kind.name;
    default:
      // The tags of schemas are the kinds of types.
      return compositeText({ ...kind, kind: kind.tag } as Written<TypeRef>, inner);
  }
}
