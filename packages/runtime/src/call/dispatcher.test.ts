import { describe, expect, it } from "vitest";
import { CallError, DeclaredError } from "../errors.js";
import { neverShape, tupleShape } from "../shape/build.js";
import { schema, typeRef } from "./binding.js";
import { Dispatcher, type HandledMethod, handled } from "./dispatcher.js";
import { Failure, fail } from "./failure.js";
import { method } from "./method.js";

const binding = { root: typeRef(1n), schemas: [] };

function entry(id: bigint): HandledMethod {
  return handled<[], undefined, never>({
    service: "Demo",
    name: `m${id}`,
    id,
    args: { ...binding, shape: tupleShape([]), read: () => [] },
    response: binding,
    ok: { shape: neverShape, write: (_w, p) => p },
    invoke: () => undefined,
  });
}

describe("Dispatcher", () => {
  it("finds methods by the two halves of their ids, however the halves are signed", () => {
    const ids = [0x2c93ed9c_4e522d35n, 0xffffffff_ffffffffn, 0x80000000_80000000n, 5n];
    const all = new Dispatcher("Demo", ids.map(entry), undefined);
    for (const id of ids) {
      const low = Number(id & 0xffffffffn);
      const high = Number(id >> 32n);
      expect(all.find(low, high)?.id).toBe(id);
      expect(all.find(low | 0, high | 0)?.id).toBe(id);
      expect(all.find(low, high ^ 1)).toBeUndefined();
    }
  });

  it("keeps methods apart whose ids share their lower half", () => {
    const all = new Dispatcher(
      "Demo",
      [entry(7n), entry((1n << 32n) | 7n), entry((2n << 32n) | 7n)],
      undefined,
    );
    expect(all.find(7, 0)?.id).toBe(7n);
    expect(all.find(7, 2)?.id).toBe((2n << 32n) | 7n);
    expect(all.find(7, 3)).toBeUndefined();
  });

  it("refuses two methods with one id", () => {
    expect(() => new Dispatcher("Demo", [entry(7n), entry(7n)], undefined)).toThrow(
      "two methods have the id 7",
    );
  });
});

describe("Method.isError", () => {
  const get = method<[], number, string>({
    service: "Demo",
    name: "get",
    id: 1n,
    args: { ...binding, shape: tupleShape([]), write: (_w, p) => p },
    response: binding,
    ok: { shape: neverShape, read: () => 0 },
  });

  it("is true for the declared error of that method only", () => {
    expect(get.isError(new DeclaredError(get, "no"))).toBe(true);
    expect(get.isError(new DeclaredError({ ...get, id: 2n }, "no"))).toBe(false);
    expect(get.isError(new CallError("Cancelled", "", get))).toBe(false);
    expect(get.isError(new Error("no"))).toBe(false);
    expect(get.isError(undefined)).toBe(false);
  });

  it("gives user errors a message that names method and variant", () => {
    expect(new DeclaredError(get, { kind: "NotFound" }).message).toBe("Demo.get: NotFound");
    expect(new DeclaredError(get, "gone").message).toBe("Demo.get: gone");
    expect(new DeclaredError(get, 7).message).toBe("Demo.get: the method's declared error");
  });
});

describe("CallError", () => {
  it.each([
    ["UnknownMethod", "unknown vox method call", false],
    ["InvalidPayload", "invalid vox payload", false],
    ["Cancelled", "vox request cancelled", false],
    ["ConnectionClosed", "vox connection closed", true],
    ["SessionShutdown", "vox session shutdown", true],
    ["SendFailed", "vox send failed", true],
    ["Indeterminate", "indeterminate vox error", false],
  ] as const)("%s reads %j, and says what happened and what may have run", (code, text, retryable) => {
    const ran = "the handler may have run, in whole or in part";
    const mayHaveRun = code !== "UnknownMethod";
    for (const failure of [new CallError(code), new CallError(code, "why")]) {
      expect(failure).toMatchObject({ code, retryable, mayHaveRun });
      expect(failure.message).toMatch(
        failure.detail === "" ? RegExp(`^${text}: \\w+`) : RegExp(`^${text}: why`),
      );
      if (code !== "InvalidPayload") expect(failure.message).toContain(mayHaveRun ? ran : "nothing has run");
    }
    const unsent = new CallError(code, "", undefined, { mayHaveRun: false });
    expect(unsent.mayHaveRun).toBe(false);
    expect(unsent.message).not.toContain(ran);
  });
});

describe("generated-code values", () => {
  it("decodes a schema's CBOR when first asked, once", () => {
    const one = schema(1n, "oWFhAQ==");
    expect([...one.bytes]).toEqual([0xa1, 0x61, 0x61, 0x01]);
    expect(one.bytes).toBe(one.bytes);
  });

  it("wraps a declared error", () => {
    const failure: Failure<{ kind: "Denied"; parts: [number, number] }> = fail({
      kind: "Denied",
      parts: [1, 2],
    });
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.value.parts).toEqual([1, 2]);
  });
});
