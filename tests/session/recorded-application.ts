/**
 * What the recorded peers' applications did: the services behind `session.vox`, and the calls that its notes tell of.
 */
import { fail, type Metadata, RejectedError, router, type Servable } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import {
  add,
  boundsOf,
  commit,
  count,
  crash,
  divide,
  echo,
  first,
  hello,
  lookup,
  nameOf,
  nothing,
  type Point,
  serveBack,
  sum,
  translate,
  wait,
} from "../support/golden-service.js";

export interface Application {
  /** What the recorded client answered with. */
  readonly client: Servable;
  /** What the recorded server answered with. */
  readonly server: Servable | undefined;
  /** Lets calls that wait at a gate go on. */
  open(gate: number): void;
}

/** At this gate `commit` crashed. */
const crashGate = 999;
const i64Min = -(2n ** 63n);

export const back = (side: string): $.Dispatcher => serveBack({ name: (n) => `${side}-${n}` });

/**
 * The services that the recorded peers answered with.
 * @param metadata what goes back beside the answers of `metadata_response`, or with the refusal of `virtual_rejected`
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
      if (gate === crashGate) throw new Error("crash");
      const run = BigInt(runs);
      await pass(gate);
      return run;
    }),
    lookup.handled(([key]) => {
      runs += 1;
      const found = `${key}#${runs}`;
      if (key === "gate") return pass(runs).then(() => found);
      return key === "" ? undefined : found;
    }),
    ...streams(transcript),
  ]);
  const known = router([golden, back("server")]);
  const refusing: Servable = {
    route(request) {
      if (request.isVirtual) throw new RejectedError(metadata);
      return known.route(request);
    },
  };
  const isServing = transcript !== "no_handler" && transcript !== "stream_error_ends_channel";
  const server = transcript === "virtual_rejected" ? refusing : known;
  return {
    client: back("client"),
    server: isServing ? server : undefined,
    open(gate) {
      openGates.add(gate);
      for (const resolve of waiting.get(gate) ?? []) resolve();
      waiting.delete(gate);
    },
  };
}

/** Methods with channels. A Tx that the recorded handler dropped before it answered is closed here. */
function streams(transcript: string): $.HandledMethod[] {
  const total = async (items: AsyncIterable<number>): Promise<bigint> => {
    let all = 0n;
    try {
      for await (const value of items) all += BigInt(value);
    } catch {
      // The recorded handler stops at whatever is no item.
    }
    return all;
  };
  return [
    count.handled(async ([from, n, out]) => {
      try {
        for (let i = 0; i < n; i++) await out.send(from + i);
      } catch {
        return;
      }
      await out.close();
    }),
    sum.handled(([items]) => {
      if (transcript !== "channel_outlives_call") return total(items);
      items.keepOpen();
      void total(items);
      return 0n;
    }),
    first.handled(async ([items]) => (await items.next()).value),
    echo.handled(async ([input, output]) => {
      let texts = 0;
      for await (const value of input) {
        await output.send(value.toUpperCase());
        texts += 1;
      }
      return texts;
    }),
    crash.handled(async ([out]) => {
      await out.send(1);
      throw new Error("crash");
    }),
  ];
}

export type AnyMethod = $.Method<readonly unknown[], unknown, unknown>;

/** Method under the name that the notes use. */
export function methodNamed(name: string): AnyMethod {
  const found = methods[name as keyof typeof methods];
  if (found === undefined) throw new Error(`${name} is none of the recorded methods`);
  return found.method as unknown as AnyMethod;
}

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
  count,
  sum,
  first,
  echo,
  crash,
};

/** Method and arguments of a note like `calls add(3, 5)`. */
export function callOf(note: string): { readonly method: AnyMethod; readonly args: readonly unknown[] } {
  const [, name = "", text = ""] = /^calls (\w+)\(([^)]*)\)/.exec(note) ?? [];
  return { method: methodNamed(name), args: argsOf(name, text) };
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
