/** Types and services from `.vox` texts, with interpreted codecs: two versions of a program in one test. */
import { compile, memoryHost } from "@voxrpc/codegen";
import * as $ from "@voxrpc/runtime/gen/v1";
import { buildPlan, type SchemaPayload } from "@voxrpc/runtime/internal/schema";
import type { ModelFile, Type } from "../../packages/codegen/src/model/model.js";
import {
  type MethodSchemas,
  methodSchemas,
  type TypeSchemas,
  typeSchemas,
} from "../../packages/codegen/src/schema/index.js";
import { compilePlan } from "../../packages/runtime/src/plan/compile-plan.js";
import { problemsText } from "../../packages/runtime/src/plan/plan-problem.js";
import { interpretedPart, type Part } from "./interpreted-codec.js";

function compiled(text: string): ModelFile {
  const path = "/test.vox";
  const { model, diagnostics } = compile(memoryHost({ [path]: text }), [path]);
  const file = model?.files[0];
  if (file === undefined)
    throw new Error(`${diagnostics.map(({ message }) => message).join("; ")} in ${text}`);
  return file;
}

/** One side's type: `struct P { a: u32 } P` is declarations and, last, the type that is meant. */
export class VoxType {
  readonly payload: SchemaPayload;
  private readonly type: Type;
  private readonly part: Part;

  constructor(declarations: string, root: string) {
    const alias = compiled(`${declarations}\ntype Root = ${root}\n`).types.find(
      ({ name }) => name === "Root",
    );
    if (alias?.kind !== "alias") throw new Error("no root");
    this.type = alias.type;
    this.part = interpretedPart(this.type);
    const { root: ref, schemas } = typeSchemas(this.type);
    this.payload = { root: ref, schemas: schemas.map(({ schema }) => schema) };
  }

  encode(value: unknown): Uint8Array {
    return $.codec(this.part.shape, this.part.write, this.part.read).encode(value);
  }

  /** Reads a value that the other side has written. @throws Error when there is no plan */
  readFrom(writer: VoxType, value: unknown): unknown {
    const outcome = planFor(writer, this);
    if (outcome.plan === undefined) throw new Error(problemsText(outcome.problems));
    const r = new $.Reader();
    const bytes = writer.encode(value);
    r.reset(bytes);
    const read = compilePlan(outcome.plan, this.part.shape)(r);
    if (r.position !== bytes.length) throw new Error(`${bytes.length - r.position} bytes are left`);
    return read;
  }
}

/** The plan by which `reader` reads what `writer` writes. */
export function planFor(writer: VoxType, reader: VoxType): ReturnType<typeof buildPlan> {
  const lookup = ({ schemas }: SchemaPayload) => {
    const byId = new Map(schemas.map((schema) => [schema.id, schema]));
    return (id: bigint) => byId.get(id);
  };
  return buildPlan(writer.payload.root, lookup(writer.payload), reader.payload.root, lookup(reader.payload));
}

type Invoke = $.HandledInit<unknown[], unknown, unknown>["invoke"];

/** Both halves of the methods of one service, untyped. */
export class VoxService {
  /** Its clients call methods of {@link method}. */
  readonly service: $.Service<$.Caller>;
  private readonly name: string;
  private readonly methods = new Map<string, MethodParts>();

  /** @param text one `.vox` file with one service */
  constructor(text: string) {
    const [service] = compiled(text).services;
    if (service === undefined) throw new Error("no service");
    this.name = service.name;
    this.service = $.service(service.name, (caller) => caller, {});
    for (const method of service.methods) {
      const schemas = methodSchemas(service, method);
      const args = method.args.map(({ type }) => interpretedPart(type));
      const error = method.throws === undefined ? undefined : interpretedPart(method.throws);
      const channels = method.hasChannels ? { channels: $.channels } : {};
      this.methods.set(method.name, { schemas, args, ok: interpretedPart(method.returns), error, channels });
    }
  }

  /** A method for callers. */
  method(name: string): $.Method<unknown[], unknown, unknown> {
    const { args, write } = this.parts(name);
    return $.method({ ...this.common(name), args: { ...args, write } });
  }

  /** A method with its handler. */
  handled(name: string, invoke: Invoke): $.HandledMethod {
    const { args, read } = this.parts(name);
    return $.handled({ ...this.common(name), args: { ...args, read }, invoke });
  }

  private find(name: string): MethodParts {
    const found = this.methods.get(name);
    if (found === undefined) throw new Error(`no method ${name}`);
    return found;
  }

  private common(name: string) {
    const { schemas, ok, error, channels } = this.find(name);
    const response = binding(schemas.response);
    const common = { service: this.name, name, id: schemas.methodId, response, ok, ...channels };
    return error === undefined ? common : { ...common, error };
  }

  private parts(name: string) {
    const { schemas, args } = this.find(name);
    const shape = $.tupleShape(args.map((arg) => arg.shape));
    return {
      args: { ...binding(schemas.args), shape },
      write: (w: $.Writer, p: number, values: readonly unknown[]) =>
        args.reduce((at, arg, i) => arg.write(w, at, values[i]), p),
      read: (r: $.Reader) => args.map((arg) => arg.read(r)),
    };
  }
}

interface MethodParts {
  readonly schemas: MethodSchemas;
  readonly args: readonly Part[];
  readonly ok: Part;
  readonly error: Part | undefined;
  readonly channels: { readonly channels?: $.ChannelFeature };
}

function binding({ root, schemas }: TypeSchemas): $.Binding {
  return {
    root,
    schemas: schemas.map(({ schema, cbor }) => $.schema(schema.id, Buffer.from(cbor).toString("base64"))),
  };
}
