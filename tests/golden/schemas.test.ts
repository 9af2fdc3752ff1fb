/** fixtures/golden/schemas.json: every recorded type, compiled from its `.vox` text or built through the model. */
import {
  assemblePayload,
  encodeSchemaList,
  type SchemaPrimitive,
  typeIdText,
} from "@voxrpc/runtime/internal/schema";
import { expect, test } from "vitest";
import type { AliasDeclaration } from "../../packages/codegen/src/model/model.js";
import {
  messageSchemas,
  methodSchemas,
  type SourceType,
  typeSchemas,
} from "../../packages/codegen/src/schema/index.js";
import * as knownSchemas from "../../packages/runtime/src/call/known-schemas.js";
import { messageSchemas as announcedSchemas } from "../../packages/runtime/src/wire/message-schemas.js";
import { compileGolden } from "../support/compile-golden.js";
import { toHex } from "../support/golden-values.js";
import { checkGolden, type GoldenOutcome, readGolden } from "../support/report.js";
import { rustTypes } from "./rust-types.js";
import { type JsonSchema, type JsonTypeRef, schemaToJson, typeRefToJson } from "./schema-json.js";

interface GoldenType {
  readonly name: string;
  readonly vox: string | null;
  readonly vox_root: string | null;
  readonly root: JsonTypeRef;
  readonly type_id: string;
  readonly type_id_decimal: string;
  readonly schemas: readonly JsonSchema[];
  readonly cbor: string;
}

interface GoldenSchemas {
  readonly types: readonly GoldenType[];
  readonly handshake_message_schema_cbor: string;
}

const golden = readGolden<GoldenSchemas>("schemas.json");

test("schemas.json types: ids, emission order, exact CBOR", (context) => {
  checkGolden(context, "schemas.json types", golden.types, ({ name }) => name, checkType);
});

test("the model API is used only for what the language cannot write", () => {
  const withoutText = golden.types.filter(({ vox, vox_root }) => vox === null || vox_root === null);
  const names = withoutText.map(({ name }) => name);
  expect(Object.keys(rustTypes).sort()).toEqual([...names, "struct_unicode"].sort());
});

test("the schemas of Message: computed, recorded, and the committed table of scripts/message-schemas.mjs", () => {
  const list = encodeSchemaList(messageSchemas().map(({ schema }) => schema));
  expect(messageSchemas()).toHaveLength(33);
  expect(toHex(list)).toBe(golden.handshake_message_schema_cbor);
  expect(toHex(announcedSchemas())).toBe(golden.handshake_message_schema_cbor);
});

test("the schemas that the runtime has itself are those of the compiler", () => {
  const primitives = Object.keys(knownSchemas.primitiveIds) as SchemaPrimitive[];
  const known = new Map(
    primitives
      .map((name) => knownSchemas.primitiveSchema(name))
      .map(({ id, bytes }) => [id, toHex(bytes)] as const),
  );
  expect(known.size).toBe(19);
  const compiled = new Map(
    golden.types.flatMap((entry) =>
      typeSchemas(rootOf(entry)).schemas.map(({ schema, cbor }) => [schema.id, toHex(cbor)] as const),
    ),
  );
  for (const { schema, cbor } of messageSchemas()) compiled.set(schema.id, toHex(cbor));
  const response = methodSchemas(
    { name: "S" },
    { name: "m", args: [], returns: { kind: "primitive", name: "unit" }, throws: undefined },
  );
  for (const { schema, cbor } of response.response.schemas) compiled.set(schema.id, toHex(cbor));
  for (const [id, bytes] of known) expect(bytes, typeIdText(id)).toBe(compiled.get(id));
});

function checkType(entry: GoldenType): GoldenOutcome {
  const { root, schemas } = typeSchemas(rootOf(entry));
  expect(schemas.map(({ schema }) => schemaToJson(schema))).toEqual(entry.schemas);
  expect(typeRefToJson(root)).toEqual(entry.root);
  if (root.tag === "var") return { differs: "the root is a variable" };
  expect(typeIdText(root.typeId)).toBe(entry.type_id);
  expect(String(root.typeId)).toBe(String(entry.type_id_decimal));
  const payload = assemblePayload(
    schemas.map(({ cbor }) => cbor),
    root,
  );
  expect(toHex(payload)).toBe(entry.cbor);
  return "equal";
}

function rootOf({ name, vox, vox_root: root }: GoldenType): SourceType {
  const built = rustTypes[name];
  if (built !== undefined) return built;
  const { files } = compileGolden(`${vox}\ntype GoldenRoot = ${root}\n`);
  const alias = files[0]?.types.find(isRoot);
  if (alias === undefined) throw new Error("no GoldenRoot");
  return alias.type;
}

function isRoot(declaration: {
  readonly kind: string;
  readonly name: string;
}): declaration is AliasDeclaration {
  return declaration.kind === "alias" && declaration.name === "GoldenRoot";
}
