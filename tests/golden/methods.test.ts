/** fixtures/golden/methods.json: ids, announcements, retry and recorded values of every method of `Catalog`. */
import { assemblePayload, typeIdText } from "@voxrpc/runtime/internal/schema";
import { describe, expect, test } from "vitest";
import type { EnumDeclaration, Method, Service, Type } from "../../packages/codegen/src/model/model.js";
import {
  type MethodSchemas,
  methodSchemas,
  SchemaCache,
  type TypeSchemas,
} from "../../packages/codegen/src/schema/index.js";
import { narrowResponse } from "../../packages/runtime/src/driver/narrow-response.js";
import { compileGolden } from "../support/compile-golden.js";
import { fromGolden, fromHex, type Json, toHex } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { checkGolden, type GoldenOutcome, readGolden } from "../support/report.js";
import { type JsonSchema, type JsonTypeRef, schemaToJson, typeRefToJson } from "./schema-json.js";

interface Sample {
  readonly value: Json;
  readonly bytes: string;
}

interface GoldenMethod {
  readonly method: string;
  readonly method_id: string;
  readonly vox: string;
  readonly args: readonly { readonly name: string }[];
  readonly args_have_channels: boolean;
  readonly retry: { readonly persist: boolean; readonly idem: boolean };
  readonly args_root: JsonTypeRef;
  readonly args_schemas: readonly JsonSchema[];
  readonly args_cbor: string;
  readonly response_root: JsonTypeRef;
  readonly response_schemas: readonly JsonSchema[];
  readonly response_cbor: string;
  readonly args_samples: readonly Sample[];
  readonly response_samples: readonly Sample[];
}

interface GoldenMethods {
  readonly declarations: readonly string[];
  readonly methods: readonly GoldenMethod[];
  readonly unknown_method_response: {
    readonly response_root: JsonTypeRef;
    readonly response_cbor: string;
    readonly bytes: string;
  };
}

const golden = readGolden<GoldenMethods>("methods.json");
const model = compileGolden(
  `${golden.declarations.join("\n")}\nservice Catalog {\n${golden.methods.map(({ vox }) => vox).join("\n")}\n}\n`,
);
const file = model.files[0];
const service = file?.services[0] as Service;
const voxError = file?.types.find(({ name }) => name === "VoxError") as EnumDeclaration;
const unit: Type = { kind: "primitive", name: "unit", asNumber: false };
const never: Type = { kind: "primitive", name: "never", asNumber: false };

describe.each([
  ["one cache for the service", describeAll(service)],
  // Nothing may depend on which methods were described before.
  [
    "a cache for each method",
    new Map(service.methods.map((method) => [method, methodSchemas(service, method)])),
  ],
])("methods.json methods, %s", (name, described) => {
  test("ids, retry, announcements of arguments and responses", (context) => {
    checkGolden(context, `methods.json methods, ${name}`, golden.methods, nameOf, (entry) => {
      const method = methodOf(entry);
      const found = described.get(method);
      if (found === undefined) return { differs: "no schemas" };
      expect(method.args.map((argument) => argument.name)).toEqual(
        entry.args.map((argument) => argument.name),
      );
      expect(method.hasChannels).toBe(entry.args_have_channels);
      expect({ persist: method.persist, idem: method.idempotent }).toEqual(entry.retry);
      expect(typeIdText(found.methodId)).toBe(entry.method_id);
      expectAnnouncement(found.args, entry.args_root, entry.args_schemas, entry.args_cbor);
      expectAnnouncement(found.response, entry.response_root, entry.response_schemas, entry.response_cbor);
      return "equal";
    });
  });
});

test("methods.json methods, described in the reverse order", () => {
  const cache = new SchemaCache();
  for (const entry of [...golden.methods].reverse()) {
    const { args, response } = methodSchemas(service, methodOf(entry), cache);
    expect(payloadHex(args)).toBe(entry.args_cbor);
    expect(payloadHex(response)).toBe(entry.response_cbor);
  }
});

test("methods.json recorded arguments and responses, both ways", (context) => {
  const samples = golden.methods.flatMap((entry) => {
    const method = methodOf(entry);
    return [
      ...entry.args_samples.map((sample) => ({
        entry,
        half: "arguments",
        type: argumentsType(method),
        sample,
      })),
      ...entry.response_samples.map((sample) => ({
        entry,
        half: "response",
        type: responseType(method),
        sample,
      })),
    ];
  });
  checkGolden(
    context,
    "methods.json samples",
    samples,
    ({ entry, half, sample }) => `${entry.method} ${half} ${sample.bytes}`,
    ({ type, sample }) => checkSample(type, sample),
  );
});

test("methods.json unknown_method_response is what the runtime announces", () => {
  const { response_root: root, response_cbor: cbor, bytes } = golden.unknown_method_response;
  expect(typeRefToJson(narrowResponse.root)).toEqual(root);
  const schemas = narrowResponse.schemas.map((schema) => schema.bytes);
  expect(toHex(assemblePayload(schemas, narrowResponse.root))).toBe(cbor);
  const computed = methodSchemas(service, { name: "unknown", args: [], returns: unit, throws: undefined });
  expect(payloadHex(computed.response)).toBe(cbor);
  expect(computed.response.schemas.map(({ schema }) => schema.id)).toEqual(
    narrowResponse.schemas.map(({ id }) => id),
  );
  const answer = interpretedCodec({ kind: "result", ok: unit, error: errorType(never) });
  expect(answer.decode(fromHex(bytes))).toEqual({ ok: false, error: { kind: "UnknownMethod" } });
});

/** All methods over one cache. */
function describeAll(of: Service): ReadonlyMap<Method, MethodSchemas> {
  const cache = new SchemaCache();
  return new Map(of.methods.map((method) => [method, methodSchemas(of, method, cache)]));
}

function nameOf(entry: GoldenMethod): string {
  return entry.method;
}

function methodOf(entry: GoldenMethod): Method {
  const found = service.methods.find(({ name }) => name === entry.method);
  if (found === undefined) throw new Error(`no method ${entry.method}`);
  return found;
}

function expectAnnouncement(
  found: TypeSchemas,
  root: JsonTypeRef,
  schemas: readonly JsonSchema[],
  cbor: string,
): void {
  expect(found.schemas.map(({ schema }) => schemaToJson(schema))).toEqual(schemas);
  expect(typeRefToJson(found.root)).toEqual(root);
  expect(payloadHex(found)).toBe(cbor);
}

function payloadHex({ root, schemas }: TypeSchemas): string {
  return toHex(
    assemblePayload(
      schemas.map(({ cbor }) => cbor),
      root,
    ),
  );
}

function argumentsType(method: Method): Type {
  if (method.args.length === 0) return unit;
  const elements = method.args.map(({ type }) => type);
  return { kind: "tuple", elements: method.hasChannels ? elements.map(withChannelIds) : elements };
}

function responseType(method: Method): Type {
  return { kind: "result", ok: method.returns, error: errorType(method.throws ?? never) };
}

function errorType(user: Type): Type {
  return { kind: "named", declaration: voxError, args: [user] };
}

/** A channel among arguments travels as its id. No recorded type holds itself and a channel. */
function withChannelIds(type: Type): Type {
  switch (type.kind) {
    case "channel":
      return { kind: "primitive", name: "u64", asNumber: false };
    case "option":
      return { ...type, element: withChannelIds(type.element) };
    case "named": {
      const { declaration } = type;
      if (declaration.kind !== "struct" || declaration.name !== "Sub") return type;
      const fields = declaration.fields.map((field) => ({ ...field, type: withChannelIds(field.type) }));
      return { ...type, declaration: { ...declaration, fields } };
    }
    default:
      return type;
  }
}

function checkSample(type: Type, { value, bytes }: Sample): GoldenOutcome {
  const codec = interpretedCodec(type);
  const typed = fromGolden(type, value);
  const encoded = toHex(codec.encode(typed));
  if (encoded !== bytes) return { differs: `encoded as ${encoded}` };
  expect(codec.decode(fromHex(bytes), { strict: true })).toStrictEqual(typed);
  return "equal";
}
