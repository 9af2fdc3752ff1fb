/** Data of generated methods in the form of the wire: ids, roots, schemas. */
import type { TypeRef } from "@voxrpc/runtime/internal/schema";
import { call, group, joined, type Layout } from "../layout.js";
import type { FileScope } from "./file-scope.js";

/** Characters of CBOR text on one line. */
const base64Width = 100;

/** The constants of the schemas of a file, in the order of their first use. */
export function schemaConstants({ plan }: FileScope): readonly Layout[] {
  return [...plan.schemas].map(([{ schema, cbor }, name]) =>
    group(`const ${name} = /*@__PURE__*/ $.schema(`, [idText(schema.id), base64Text(cbor)], ");"),
  );
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
