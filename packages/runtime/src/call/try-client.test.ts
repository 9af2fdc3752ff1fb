import { describe, expect, it } from "vitest";
import { tupleShape, u32Shape } from "../shape/build.js";
import type { Caller, CallOptions } from "./caller.js";
import { Method } from "./method.js";
import { tryClient } from "./try-client.js";

const binding = { root: { tag: "concrete", typeId: 1n, args: [] }, schemas: [] } as const;

function methodOf(name: string, parameters: number): Method {
  const shapes = Array.from({ length: parameters }, () => u32Shape);
  return new Method<never>({
    service: "S",
    name,
    id: 1n,
    args: { ...binding, shape: tupleShape(shapes), write: () => 0 },
    response: binding,
    ok: { shape: u32Shape, read: () => 0 },
  });
}

const methods = { none: methodOf("none", 0), two: methodOf("two", 2) };

interface Calls {
  readonly $caller: Caller;
  none(options?: CallOptions): unknown;
  two(a?: number, b?: number, options?: CallOptions): unknown;
}

/** A caller that gives back what it was called with. */
const echo = { tryCall: (...values: unknown[]) => values } as unknown as Caller;

describe("the client whose calls give values", () => {
  const client = tryClient<Calls>(echo, methods);

  it("calls each method with its arguments and the options behind them", () => {
    const options = { timeoutMs: 5 };
    expect(client.none()).toEqual([methods.none, [], undefined]);
    expect(client.none(options)).toEqual([methods.none, [], options]);
    expect(client.two(1, 2)).toEqual([methods.two, [1, 2], undefined]);
    expect(client.two(1, 2, options)).toEqual([methods.two, [1, 2], options]);
  });

  it("gives arguments that were left out to the encoder as undefined", () => {
    const [, values] = client.two(1) as [unknown, unknown[]];
    expect(values).toHaveLength(2);
    expect(values[1]).toBeUndefined();
  });

  it("is made once for a service, and calls through the caller that it was made for", () => {
    const other = tryClient<Calls>({ ...echo }, methods);
    expect(Object.getPrototypeOf(other)).toBe(Object.getPrototypeOf(client));
    expect(other.$caller).not.toBe(client.$caller);
    expect(client.$caller).toBe(echo);
  });
});
