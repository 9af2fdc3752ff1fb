/** What the recorded peers' applications did: the services behind `session.vox`, and the calls that its notes tell of. */
import { fail, type Metadata } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import {
  add,
  boundsOf,
  commit,
  divide,
  hello,
  lookup,
  nameOf,
  nothing,
  type Point,
  translate,
  wait,
} from "./golden-service.js";

export interface Application {
  readonly golden: $.Dispatcher;
  readonly back: $.Dispatcher;
  /** Lets calls that wait at a gate go on. */
  open(gate: number): void;
}

const i64Min = -(2n ** 63n);

/**
 * The service that the recorded servers answered with.
 * @param metadata what goes back beside the answers of `metadata_response`
 */
export function makeApplication(transcript: string, metadata: Metadata): Application {
  const openGates = new Set([0]);
  const waiting = new Map<number, (() => void)[]>();
  let runs = 0;
  const pass = (gate: number): Promise<void> =>
    new Promise((resolve) => {
      if (openGates.has(gate)) resolve();
      else waiting.set(gate, [...(waiting.get(gate) ?? []), resolve]);
    });
  const golden = $.dispatcher("Golden", [
    hello.handled(() => "hello"),
    add.handled(([a, b], context) => {
      if (transcript === "metadata_response")
        for (const { key, value, flags } of metadata)
          context.responseMetadata.append(key, value, {
            sensitive: (flags & 1n) !== 0n,
            noPropagate: (flags & 2n) !== 0n,
          });
      return (a + b) >>> 0;
    }),
    divide.handled(([a, b]) => {
      if (b === 0n) return fail({ kind: "DivideByZero" });
      return a === i64Min && b === -1n ? fail({ kind: "Overflow", a, b }) : a / b;
    }),
    translate.handled(([p, by]) => ({ x: p.x + by.x, y: p.y + by.y })),
    boundsOf.handled(([points]) => {
      if (points.length === 0) return undefined;
      const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
      return {
        min: { x: Math.min(...xs), y: Math.min(...ys) },
        max: { x: Math.max(...xs), y: Math.max(...ys) },
      };
    }),
    wait.handled(async ([gate]) => {
      runs += 1;
      await pass(gate);
      return gate;
    }),
    commit.handled(async ([gate]) => {
      runs += 1;
      const run = BigInt(runs);
      await pass(gate);
      return run;
    }),
    lookup.handled(([key]) => {
      runs += 1;
      return key === "" ? undefined : `${key}#${runs}`;
    }),
  ]);
  return {
    golden,
    back: $.dispatcher("Back", [nameOf.handled(([n]) => `client-${n}`)]),
    open(gate) {
      openGates.add(gate);
      for (const resolve of waiting.get(gate) ?? []) resolve();
      waiting.delete(gate);
    },
  };
}

type AnyMethod = $.Method<readonly unknown[], unknown, unknown>;

const methods = {
  hello,
  add,
  divide,
  translate,
  bounds: boundsOf,
  wait,
  commit,
  lookup,
  name: nameOf,
  nothing,
};

/** Method and arguments of a note like `calls add(3, 5)`. */
export function callOf(
  note: string,
  transcript: string,
): { readonly method: AnyMethod; readonly args: readonly unknown[] } {
  const [, name = "", text = ""] = /^calls (\w+)\((.*)\)/.exec(note) ?? [];
  const found = methods[name as keyof typeof methods];
  if (found === undefined) throw new Error(`${transcript}: ${note} is none of the methods of the test`);
  return { method: found.method as unknown as AnyMethod, args: argsOf(name, text) };
}

function argsOf(name: string, text: string): readonly unknown[] {
  const numbers = [...text.replaceAll("i64::MIN", String(i64Min)).matchAll(/-?\d+/g)].map(
    ([digits]) => digits,
  );
  const points = numbers.flatMap((digits, index): Point[] =>
    index % 2 === 0 ? [{ x: Number(digits), y: Number(numbers[index + 1]) }] : [],
  );
  switch (name) {
    case "divide":
      return numbers.map(BigInt);
    case "lookup":
      return [/"(.*)"/.exec(text)?.[1] ?? ""];
    case "translate":
      return points;
    case "bounds":
      return [points];
    default:
      return numbers.map(Number);
  }
}
