/**
 * Compares the type of messages that a peer lists in its greeting with that of this side. Source: `protocol/schemas.md`
 * §8.
 */
import { peerText } from "../options/peer-text.js";
import { decodeCbor } from "../schema/cbor-decode.js";
import type { Schema } from "../schema/model.js";
import { readSchemaList } from "../schema/payload.js";
import { messageSchemaCount } from "../wire/message-list.js";
import { messageSchemas } from "../wire/message-schemas.js";

/** The schemas of `Message` of this side by id, as {@link definitionOf} writes them. */
let ownDefinitions: ReadonlyMap<bigint, string> | undefined;

/** Type id of `Message`. Source: `protocol/schemas.md` §8. */
export const messageTypeId = 0x15466886ca2608b7n;

/**
 * Compares a list. An empty one means the schemas of this side. Otherwise the root, the last one, must be the same
 * type.
 * @returns the difference; undefined when there is none
 */
export function compareMessageSchemas(schemas: readonly Schema[]): string | undefined {
  const root = schemas.at(-1);
  if (root === undefined) return undefined;
  if (root.id !== messageTypeId) {
    const id = root.id.toString(16).padStart(16, "0");
    return `the peer's messages are another type than ours: \`${nameOf(root)}\` with the id ${id}`;
  }
  ownDefinitions ??= new Map(ownSchemas().map((own) => [own.id, definitionOf(own)]));
  for (const schema of schemas) {
    const own = ownDefinitions.get(schema.id);
    if (own !== undefined && own !== definitionOf(schema))
      return `the peer's \`${nameOf(schema)}\` has another definition than ours`;
  }
  return undefined;
}

function ownSchemas(): readonly Schema[] {
  const bytes = messageSchemas();
  return readSchemaList(decodeCbor(bytes, { maxBytes: bytes.length, maxDepth: 64 }), "", messageSchemaCount);
}

function nameOf({ kind }: Schema): string {
  return "name" in kind ? peerText(kind.name) : kind.tag;
}

/** A schema as text, for comparing. Whether a member has a default is no part of its type. */
function definitionOf(schema: Schema): string {
  return JSON.stringify(schema, (key, value: unknown) =>
    key === "required" ? undefined : typeof value === "bigint" ? String(value) : value,
  );
}
