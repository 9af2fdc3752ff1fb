/** The TypeScript side of the peer of generated Rust: makes up what it sends, and notes what it has sent and read. */
import { channel, fail, type Rx, type Tx } from "@voxrpc/runtime";
import type { Dispatcher } from "@voxrpc/runtime/gen/v1";
import fc from "fast-check";
import type { Argument, Method, Service, Type } from "../../packages/codegen/src/model/model.js";
import { absentableName, lowerFirst } from "../../packages/codegen/src/model/names.js";
import { valuesOf } from "../support/arbitrary.js";
import type { Exports } from "../support/generated.js";
import { textOf } from "./value-text.js";

/** One call, seen from one end: arguments, items of channels and the answer as text, in the order that the peer has. */
export interface CallNote {
  readonly name: string;
  readonly parts: readonly string[];
}

type Member = (...args: readonly unknown[]) => Promise<unknown>;

function random(type: Type, seed: number): unknown {
  return fc.sample(valuesOf(type), { numRuns: 1, seed })[0];
}

function randomItems(type: Type, seed: number): readonly unknown[] {
  return fc.sample(valuesOf(type), { numRuns: 1 + (seed % 3), seed });
}

/** What a method answers: in Rust, a `Result` where it declares an error. */
function answerType({ returns, throws }: Method): Type {
  return throws === undefined ? returns : { kind: "result", ok: returns, error: throws };
}

function channelsOf(
  args: readonly Argument[],
  direction: "tx" | "rx",
): readonly { readonly at: number; readonly item: Type }[] {
  return args.flatMap(({ type }, at) =>
    type.kind === "channel" && type.direction === direction ? [{ at, item: type.element }] : [],
  );
}

function plainParts(args: readonly Argument[], values: readonly unknown[]): readonly string[] {
  return args.flatMap(({ type }, at) => (type.kind === "channel" ? [] : [textOf(type, values[at])]));
}

const listOf = (item: Type): Type => ({ kind: "list", element: item, typed: false });

/** A client calls a method with values of a seed. */
export async function noteCall(
  client: object,
  service: Service,
  method: Method,
  seed: number,
): Promise<CallNote> {
  const { args } = method;
  const values: unknown[] = args.map(({ type }, at) =>
    type.kind === "channel" ? undefined : random(type, seed + at),
  );
  const parts = [...plainParts(args, values)];
  const work: Promise<unknown>[] = [];
  for (const { at, item } of channelsOf(args, "rx")) {
    const items = randomItems(item, seed);
    const { tx, rx } = channel<unknown>();
    values[at] = rx;
    parts.push(textOf(listOf(item), items));
    work.push(sendAll(items, tx));
  }
  const received = channelsOf(args, "tx").map(async ({ at, item }) => {
    const { tx, rx } = channel<unknown>();
    values[at] = tx;
    return textOf(listOf(item), await all(rx));
  });
  const caller = (method.throws === undefined ? client : Reflect.get(client, "$try")) as object;
  const member = Reflect.get(caller, absentableName(method.name)) as Member;
  const [answer] = await Promise.all([member.apply(caller, values), ...work]);
  parts.push(...(await Promise.all(received)), textOf(answerType(method), asResult(method, answer)));
  return { name: `${service.name}.${method.name}`, parts };
}

/** The answer of `$try` as a value of the type `result`. */
function asResult({ throws }: Method, answer: unknown): unknown {
  if (throws === undefined) return answer;
  const { ok, value, error } = answer as {
    ok: boolean;
    value: unknown;
    error: { code: string; value: unknown };
  };
  if (ok) return { ok, value };
  if (error.code !== "User") throw error;
  return { ok, error: error.value };
}

async function sendAll(items: readonly unknown[], to: Tx<unknown>): Promise<void> {
  for (const item of items) await to.send(item);
  await to.close();
}

async function all(from: Rx<unknown>): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  for await (const item of from) items.push(item);
  return items;
}

/** A dispatcher whose handlers answer with values of seeds, and note their calls. */
export function notingDispatcher(service: Service, exports: Exports, notes: CallNote[]): Dispatcher {
  const handler = Object.fromEntries(
    service.methods.map((method, at) => [
      absentableName(method.name),
      notingMember(service, method, at, notes),
    ]),
  );
  const make = exports[`${lowerFirst(service.name)}Dispatcher`] as (handler: object) => Dispatcher;
  return make(handler);
}

function notingMember(service: Service, method: Method, at: number, notes: CallNote[]): Member {
  const { args } = method;
  let seed = at * 1000;
  return async (...values) => {
    seed += 1;
    const parts = [...plainParts(args, values)];
    for (const { at: place, item } of channelsOf(args, "rx"))
      parts.push(textOf(listOf(item), await all(values[place] as Rx<unknown>)));
    for (const { at: place, item } of channelsOf(args, "tx")) {
      const items = randomItems(item, seed);
      await sendAll(items, values[place] as Tx<unknown>);
      parts.push(textOf(listOf(item), items));
    }
    const type = answerType(method);
    const answer = random(type, seed);
    notes.push({ name: `${service.name}.${method.name}`, parts: [...parts, textOf(type, answer)] });
    if (method.throws === undefined) return answer;
    const { ok, value, error } = answer as { ok: boolean; value: unknown; error: unknown };
    return ok ? value : fail(error);
  };
}
