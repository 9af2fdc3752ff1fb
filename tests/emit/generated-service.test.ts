/** Both halves of generated methods against each other, and what they announce against the schema module. */
import { readFileSync } from "node:fs";
import * as $ from "@voxrpc/runtime/gen/v1";
import { describe, expect, it } from "vitest";
import type { Service } from "../../packages/codegen/src/model/model.js";
import { methodSchemas } from "../../packages/codegen/src/schema/index.js";
import {
  type Color,
  Everything,
  type EverythingHandler,
  everythingDispatcher,
  type Shape,
} from "../interop/gen/everything.vox.js";
import { modelOf } from "../support/generated.js";
import { toHex } from "../support/golden-values.js";

const everything = readFileSync(new URL("../../schemas/everything.vox", import.meta.url), "utf8");
const model = modelOf({ "/everything.vox": everything });
const service = model.files[0]?.services[0] as Service;

/** Answers each method with what it was called with; methods that matter here have their own answer. */
const echo = new Proxy({} as Record<string, unknown>, {
  get: (_target, name) =>
    name === "failShape"
      ? (code: number, value: Shape) =>
          code === 0 ? value : $.fail({ kind: "TooLarge", limit: code, found: 9n })
      : name === "join"
        ? (first: string, second: number | undefined, options: string[], context: Color) =>
            `${first} ${second} ${options.join("+")} ${context}`
        : name === "ping"
          ? () => undefined
          : (value: unknown) => value,
}) as unknown as EverythingHandler;

const dispatcher = everythingDispatcher(echo);

/** Carries a call from one half to the other through bytes, without a session. */
const caller = {
  async call(method: $.Method<readonly unknown[]>, args: readonly unknown[]): Promise<unknown> {
    const result = await this.tryCall(method, args);
    if (result.ok) return result.value;
    throw result.error;
  },
  async tryCall(
    method: $.Method<readonly unknown[]>,
    args: readonly unknown[],
  ): Promise<$.Result<unknown, unknown>> {
    const handled = dispatcher.find(Number(method.id & 0xffffffffn), Number(method.id >> 32n));
    if (handled === undefined) throw new Error(`${method.name} is not served`);
    expect(handled).toMatchObject({
      name: method.name,
      idempotent: method.idempotent,
      persist: method.persist,
    });
    const received = handled.args.read(written(method.args.write, args));
    const answer = await handled.invoke(received, {} as $.CallContext);
    if (answer instanceof $.Failure) {
      const error = written(handled.error?.write ?? (() => 0), answer.value);
      return { ok: false, error: method.error?.read(error) };
    }
    return { ok: true, value: method.ok.read(written(handled.ok.write, answer)) };
  },
};

function written<T>(write: $.Write<T>, value: T): $.Reader {
  const w = new $.Writer(1);
  const end = write(w, 0, value);
  const r = new $.Reader();
  r.reset(w.buffer, 0, end);
  return r;
}

const client = Everything.create(caller as unknown as $.Caller);

describe("generated service", () => {
  it("has every method under its TypeScript name", () => {
    expect(Everything.name).toBe("Everything");
    expect(Object.keys(Everything.methods)).toHaveLength(service.methods.length);
    expect(dispatcher.methods.map(({ name }) => name)).toStrictEqual(service.methods.map(({ name }) => name));
  });

  it("carries values of arguments and results from half to half", async () => {
    expect(await client.ping()).toBeUndefined();
    expect(await client.echoU64(2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
    expect(await client.echoTuple([7, "seven"])).toStrictEqual([7, "seven"]);
    expect(await client.echoOption(undefined)).toBeUndefined();
    expect(await client.echoMap(new Map([["a", 1]]))).toStrictEqual(new Map([["a", 1]]));
    expect(await client.join("a", undefined, ["b", "c"], "Red")).toBe("a undefined b+c Red");
    const shape: Shape = { kind: "Painted", value: ["Blue", { kind: "Group", value: [] }] };
    expect(await client.echoShape(shape)).toStrictEqual(shape);
  });

  it("carries declared errors", async () => {
    expect(await client.$try.failShape(3, { kind: "Nothing" })).toStrictEqual({
      ok: false,
      error: { kind: "TooLarge", limit: 3, found: 9n },
    });
    expect(await client.$try.failShape(0, { kind: "Nothing" })).toStrictEqual({
      ok: true,
      value: { kind: "Nothing" },
    });
  });

  it("announces the ids, roots and schemas of the schema module", () => {
    const methods = Object.values(Everything.methods);
    for (const [at, declared] of service.methods.entries()) {
      const expected = methodSchemas(service, declared);
      const method = methods[at] as $.Method;
      const handled = dispatcher.methods[at] as $.HandledMethod;
      expect(method.id, declared.name).toBe(expected.methodId);
      for (const half of [method, handled]) {
        expect(announced(half.args), declared.name).toStrictEqual(wanted(expected.args));
        expect(announced(half.response), declared.name).toStrictEqual(wanted(expected.response));
      }
    }
  });
});

function announced({ root, schemas }: $.Binding): unknown {
  return { root, schemas: schemas.map(({ id, bytes }) => [id, toHex(bytes)]) };
}

function wanted({ root, schemas }: ReturnType<typeof methodSchemas>["args"]): unknown {
  return { root, schemas: schemas.map(({ schema, cbor }) => [schema.id, toHex(cbor)]) };
}
