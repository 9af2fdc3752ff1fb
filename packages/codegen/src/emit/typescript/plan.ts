/** Data of generated methods in the form of the wire: ids, roots, schemas. */
import type { TypeRef } from "@voxrpc/runtime/internal/schema";
import { lowerFirst } from "../../model/names.js";
import type { EncodedSchema } from "../../schema/index.js";
import { call, group, joined, type Layout } from "../layout.js";
import type { FileScope } from "./file-scope.js";

/** Characters of CBOR text on one line. */
const base64Width = 100;

/** The schemas of one file, each once. */
export class SchemaConstants {
  readonly #file: FileScope;
  readonly #names = new Map<EncodedSchema, string>();

  constructor(file: FileScope) {
    this.#file = file;
  }

  /** The constant that holds a schema. */
  use(schema: EncodedSchema): string {
    const { kind } = schema.schema;
    if (kind.tag === "primitive") return `/*@__PURE__*/ $.primitiveSchema("${kind.primitiveType}")`;
    let name = this.#names.get(schema);
    if (name === undefined) {
      name = this.#file.names.scope.claim(`${lowerFirst(schema.label.replaceAll(/[^\w]/g, "_"))}Schema`);
      this.#names.set(schema, name);
    }
    return name;
  }

  /** The constants, in the order of their first use. */
  constants(): readonly Layout[] {
    return [...this.#names].map(([{ schema, cbor }, name]) =>
      group(`const ${name} = /*@__PURE__*/ $.schema(`, [idText(schema.id), base64Text(cbor)], ");"),
    );
  }
}

/** An id as a literal of 16 hexadecimal digits. */
export function idText(id: bigint): string {
  return `0x${id.toString(16).padStart(16, "0")}n`;
}

/** A root or a part of one. */
export function typeRefText(ref: TypeRef): Layout {
  if (ref.tag === "var") throw new Error("a root has no variables");
  const args = ref.args.length === 0 ? [] : [group("[", ref.args.map(typeRefText), "]")];
  return call("/*@__PURE__*/ $.typeRef", [idText(ref.typeId), ...args]);
}

function base64Text(bytes: Uint8Array): Layout {
  const text = toBase64(bytes);
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += base64Width) {
    lines.push(JSON.stringify(text.slice(at, at + base64Width)));
  }
  if (lines.length < 2) return lines[0] ?? '""';
  return joined(`${lines.join(" +\n    ")}`);
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
