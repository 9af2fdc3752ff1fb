/**
 * The schemas of `Message`, which each side announces in its handshake. Declared as the reference's Rust types are, so
 * that extraction gives the list that peers compare with their own. Source: `protocol/wire.md` §5,
 * `protocol/schemas.md` §8.
 */
import type { SchemaPrimitive } from "@voxrpc/runtime/internal/schema";
import { type EncodedSchema, typeSchemas } from "./payload.js";
import type { SourceDeclaration, SourceField, SourceType } from "./source-type.js";

type Members = readonly (readonly [name: string, type: SourceType])[];

/** The schemas of `Message` in the order in which the handshake carries them; `Message` itself is the last. */
export function messageSchemas(): readonly EncodedSchema[] {
  return typeSchemas(messageType()).schemas;
}

function primitive(name: SchemaPrimitive): SourceType {
  return { kind: "primitive", name };
}

const u8: SourceType = primitive("u8");
const u32: SourceType = primitive("u32");
const u64: SourceType = primitive("u64");
const text: SourceType = primitive("string");
const payload: SourceType = primitive("payload");

function named(declaration: SourceDeclaration): SourceType {
  return { kind: "named", declaration, args: [] };
}

function struct(name: string, ...members: Members): SourceType {
  return structOf(
    name,
    members.map(([field, type]) => ({ name: field, type, required: true })),
  );
}

function structOf(name: string, fields: readonly SourceField[]): SourceType {
  return named({ kind: "struct", name, parameters: [], fields });
}

/** An enum whose variants are named by the struct that they hold. */
function enumOf(name: string, ...members: Members): SourceType {
  const variants = members.map(([variant, type]) => ({
    name: variant,
    form: { kind: "newtype", type } as const,
  }));
  return named({ kind: "enum", name, parameters: [], variants });
}

function unitEnum(name: string, ...variants: readonly string[]): SourceType {
  const units = variants.map((variant) => ({ name: variant, form: { kind: "unit" } as const }));
  return named({ kind: "enum", name, parameters: [], variants: units });
}

/** `Message`. A new declaration each time: those of two calls are different types. */
export function messageType(): SourceType {
  const settings = connectionSettings();
  const metadata = metadataList();
  return struct(
    "Message",
    ["connection_id", u64],
    [
      "payload",
      enumOf(
        "MessagePayload",
        ["ProtocolError", struct("ProtocolError", ["description", text])],
        [
          "ConnectionOpen",
          struct("ConnectionOpen", ["connection_settings", settings], ["metadata", metadata]),
        ],
        [
          "ConnectionAccept",
          struct("ConnectionAccept", ["connection_settings", settings], ["metadata", metadata]),
        ],
        ["ConnectionReject", struct("ConnectionReject", ["metadata", metadata])],
        ["ConnectionClose", struct("ConnectionClose", ["metadata", metadata])],
        ["RequestMessage", struct("RequestMessage", ["id", u64], ["body", requestBody(metadata)])],
        ["SchemaMessage", schemaMessage()],
        ["ChannelMessage", struct("ChannelMessage", ["id", u64], ["body", channelBody(metadata)])],
        ["Ping", struct("Ping", ["nonce", u64])],
        ["Pong", struct("Pong", ["nonce", u64])],
      ),
    ],
  );
}

function connectionSettings(): SourceType {
  return structOf("ConnectionSettings", [
    { name: "parity", type: unitEnum("Parity", "Odd", "Even"), required: true },
    { name: "max_concurrent_requests", type: u32, required: true },
    { name: "initial_channel_credit", type: u32, required: false },
  ]);
}

function metadataList(): SourceType {
  // A borrowed slice, where the `schemas` members are owned lists: the two are described differently.
  const bytes: SourceType = { kind: "slice", element: u8 };
  const value = enumOf("MetadataValue", ["String", text], ["Bytes", bytes], ["U64", u64]);
  return list(struct("MetadataEntry", ["key", text], ["value", value], ["flags", u64]));
}

function requestBody(metadata: SourceType): SourceType {
  return enumOf(
    "RequestBody",
    [
      "Call",
      struct(
        "RequestCall",
        ["method_id", u64],
        ["metadata", metadata],
        ["args", payload],
        ["schemas", list(u8)],
      ),
    ],
    ["Response", struct("RequestResponse", ["metadata", metadata], ["ret", payload], ["schemas", list(u8)])],
    ["Cancel", struct("RequestCancel", ["metadata", metadata])],
  );
}

function schemaMessage(): SourceType {
  const direction = unitEnum("BindingDirection", "Args", "Response");
  return struct("SchemaMessage", ["method_id", u64], ["direction", direction], ["schemas", list(u8)]);
}

function channelBody(metadata: SourceType): SourceType {
  return enumOf(
    "ChannelBody",
    ["Item", struct("ChannelItem", ["item", payload])],
    ["Close", struct("ChannelClose", ["metadata", metadata])],
    ["Reset", struct("ChannelReset", ["metadata", metadata])],
    ["GrantCredit", struct("ChannelGrantCredit", ["additional", u32])],
  );
}

function list(element: SourceType): SourceType {
  return { kind: "list", element };
}
