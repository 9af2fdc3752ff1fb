/** Real calls between a client generated from one version and a server generated from another. */
import { isDeepStrictEqual } from "node:util";
import { emitTypeScript, type Model } from "@voxrpc/codegen";
import { channel, fail } from "@voxrpc/runtime";
import type * as runtime from "@voxrpc/runtime/gen/v1";
import { connectPair } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import type { Method, Service } from "../../packages/codegen/src/model/model.js";
import { camelCase } from "../../packages/codegen/src/model/names.js";
import { valuesOf } from "../emit/arbitrary.js";
import { type Exports, loadGenerated } from "../emit/generated.js";

/**
 * - `ok`: everything arrived as it was written.
 * - `changed`: the call went through, something arrived otherwise: skipped, filled in, or misread.
 * - `failed`: the call or a stream of it failed.
 */
export type Outcome = "ok" | "changed" | "failed";

/** One version, generated and loaded. */
export class Version {
  private readonly exports: ReadonlyMap<string, Exports>;
  private readonly model: Model;

  constructor(model: Model) {
    this.model = model;
    const base = model.files[0]?.path.split("/").slice(0, 2).join("/") ?? "/";
    this.exports = loadGenerated(emitTypeScript(model, { baseDirectory: base }));
  }

  /** Services by name, with their methods. */
  service(name: string): Service | undefined {
    return this.model.files.flatMap((file) => file.services).find((service) => service.name === name);
  }

  generated(name: string): runtime.Service<Record<string, (...args: unknown[]) => Promise<unknown>>> {
    return this.export(name) as never;
  }

  dispatcher(name: string, handler: object): runtime.Dispatcher {
    const make = this.export(`${camelCase(name)}Dispatcher`) as (handler: object) => runtime.Dispatcher;
    return make(handler);
  }

  private export(name: string): unknown {
    for (const exports of this.exports.values()) if (name in exports) return exports[name];
    throw new Error(`nothing generated is called ${name}`);
  }
}

/** What a server of a version answers with, and what it saw. */
interface Exchange {
  readonly answer: { readonly value: unknown } | { readonly error: unknown };
  readonly sent: readonly unknown[];
  /** Arguments that are no channels. */
  seen: readonly unknown[] | undefined;
  names: readonly string[];
  received: unknown[];
}

/** A method of a version: title as in verdicts. */
export interface Met {
  readonly version: Version;
  readonly service: Service;
  readonly method: Method;
}

export function find(version: Version, title: string): Met | undefined {
  const [name = "", methodName = ""] = title.split(".");
  const service = version.service(name);
  const method = service?.methods.find((candidate) => candidate.name === methodName);
  return service === undefined || method === undefined ? undefined : { version, service, method };
}

/** Calls a method many times with random values. @param server another version, with the service but perhaps not the method */
export async function meet(client: Met, server: Version, runs: number): Promise<readonly Outcome[]> {
  const name = client.service.name;
  const other = server.service(name) ?? server.service([...allServices(server)][0]?.name ?? "");
  if (other === undefined) return ["failed"];
  const exchanges = new Map<string, Exchange>();
  const handler = Object.fromEntries(
    other.methods.map((method) => [camelCase(method.name), handle(method, exchanges)]),
  );
  await using pair = await connectPair(server.dispatcher(other.name, handler));
  const calls = pair.client.client(client.version.generated(name));
  const outcomes: Outcome[] = [];
  const sample = samplesOf(client.method, runs);
  const twin = other.methods.find((method) => camelCase(method.name) === camelCase(client.method.name));
  const answers = twin === undefined ? [] : answersOf(twin, runs);
  for (let run = 0; run < runs; run += 1) {
    const answer = answers[run];
    const exchange: Exchange | undefined =
      answer === undefined ? undefined : { ...answer, seen: undefined, names: [], received: [] };
    if (exchange !== undefined && twin !== undefined) exchanges.set(camelCase(twin.name), exchange);
    const call = calls[camelCase(client.method.name)]?.bind(calls);
    if (call === undefined) throw new Error(`no member ${client.method.name}`);
    outcomes.push(await callOnce(call, client.method, sample[run] ?? [], exchange));
  }
  return outcomes;
}

function allServices(version: Version): readonly Service[] {
  return version["model"].files.flatMap((file) => file.services);
}

function isChannel(argument: Method["args"][number]): boolean {
  return argument.type.kind === "channel";
}

/** Arguments of each run; of a channel the items that go through it. */
function samplesOf(method: Method, runs: number): readonly (readonly unknown[])[] {
  const arbitraries = method.args.map(({ type }) =>
    type.kind === "channel"
      ? fc.array(valuesOf(type.element), { minLength: 1, maxLength: 3 })
      : valuesOf(type),
  );
  return fc.sample(fc.tuple(...arbitraries), { numRuns: runs, seed: 7 });
}

function answersOf(
  method: Method,
  runs: number,
): readonly { answer: Exchange["answer"]; sent: readonly unknown[] }[] {
  const tx = method.args.find(({ type }) => type.kind === "channel" && type.direction === "tx")?.type;
  const items =
    tx?.kind === "channel" ? fc.array(valuesOf(tx.element), { minLength: 1, maxLength: 3 }) : fc.constant([]);
  const values = valuesOf(method.returns).map((value) => ({ value }));
  const answer: fc.Arbitrary<Exchange["answer"]> =
    method.throws === undefined
      ? values
      : fc.oneof(
          values,
          valuesOf(method.throws).map((error) => ({ error })),
        );
  return fc.sample(fc.record({ answer, sent: items }), { numRuns: runs, seed: 11 });
}

function handle(method: Method, exchanges: ReadonlyMap<string, Exchange>) {
  return async (...args: unknown[]): Promise<unknown> => {
    const exchange = exchanges.get(camelCase(method.name));
    if (exchange === undefined) throw new Error("no answer is ready");
    exchange.seen = method.args.flatMap((argument, i) => (isChannel(argument) ? [] : [args[i]]));
    exchange.names = plainNames(method);
    for (const [i, { type }] of method.args.entries()) {
      if (type.kind !== "channel") continue;
      if (type.direction === "tx") {
        for (const item of exchange.sent) await (args[i] as runtime.Tx<unknown>).send(item);
      } else {
        for await (const item of args[i] as runtime.Rx<unknown>) exchange.received.push(item);
      }
    }
    const { answer } = exchange;
    return "value" in answer ? answer.value : fail(answer.error);
  };
}

async function callOnce(
  call: (...args: unknown[]) => Promise<unknown>,
  method: Method,
  sample: readonly unknown[],
  exchange: Exchange | undefined,
): Promise<Outcome> {
  const streams: Promise<unknown>[] = [];
  const arrived: unknown[] = [];
  const args = method.args.map(({ type }, i) => {
    if (type.kind !== "channel") return sample[i];
    const { tx, rx } = channel<unknown>();
    if (type.direction === "tx") {
      streams.push(collect(rx, arrived));
      return tx;
    }
    streams.push(pour(sample[i] as readonly unknown[], tx));
    return rx;
  });
  const [result, ...ends] = await Promise.allSettled([outcomeOf(call(...args)), ...streams]);
  const isStreamBroken = ends.some(({ status }) => status === "rejected");
  if (result?.status !== "fulfilled" || exchange === undefined || isStreamBroken) return "failed";
  const hasTx = method.args.some(({ type }) => type.kind === "channel" && type.direction === "tx");
  const written = method.args.flatMap((argument, i) => (isChannel(argument) ? [] : [sample[i]]));
  const poured = method.args.flatMap(({ type }, i) =>
    type.kind === "channel" && type.direction === "rx" ? (sample[i] as unknown[]) : [],
  );
  const isSame =
    isDeepStrictEqual(exchange.seen, inOrder(written, plainNames(method), exchange.names)) &&
    isDeepStrictEqual(exchange.received, poured) &&
    isDeepStrictEqual(result.value, exchange.answer) &&
    (!hasTx || isDeepStrictEqual(arrived, exchange.sent));
  return isSame ? "ok" : "changed";
}

function plainNames({ args }: Method): readonly string[] {
  return args.filter((argument) => !isChannel(argument)).map(({ name }) => name);
}

/** Arguments in the order of the other side's names, where it has the same ones: what their authors mean by them. */
function inOrder(
  values: readonly unknown[],
  names: readonly string[],
  others: readonly string[],
): readonly unknown[] {
  const isSameSet = [...names].sort().join() === [...others].sort().join();
  return isSameSet ? others.map((name) => values[names.indexOf(name)]) : values;
}

/** The value, or the declared error; anything else rejects. */
async function outcomeOf(call: Promise<unknown>): Promise<Exchange["answer"]> {
  try {
    return { value: await call };
  } catch (error) {
    const { code, error: declared } = error as { code?: string; error?: unknown };
    if (code === "User") return { error: declared };
    throw error;
  }
}

async function collect(items: AsyncIterable<unknown>, into: unknown[]): Promise<void> {
  for await (const item of items) into.push(item);
}

async function pour(items: readonly unknown[], tx: runtime.Tx<unknown>): Promise<void> {
  for (const item of items) await tx.send(item);
  await tx.close();
}
