/**
 * The two ends of a meeting of versions: a client that calls one method many times, and a server that answers. Both
 * know beforehand what is to happen in which run, so each may be in a process of its own; a call says in its metadata
 * which run it is. Everything they report can be sent to another process.
 */
import { isDeepStrictEqual } from "node:util";
import { emitTypeScript, type Model } from "@voxrpc/codegen";
import { channel, fail, Metadata } from "@voxrpc/runtime";
import type * as runtime from "@voxrpc/runtime/gen/v1";
import fc from "fast-check";
import type { Method, Service } from "../../packages/codegen/src/model/model.js";
import { camelCase } from "../../packages/codegen/src/model/names.js";
import { valuesOf } from "./arbitrary.js";
import { type Exports, loadGenerated } from "./generated.js";

/**
 * - `ok`: everything arrived as it was written.
 * - `changed`: the call went through, something arrived otherwise: skipped, filled in, or misread.
 * - `failed`: the call or a stream of it failed.
 */
export type Outcome = "ok" | "changed" | "failed";

type Answer = { readonly value: unknown } | { readonly error: unknown };

/** Calls by member name. */
type Calls = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** One version, generated and loaded. */
export class Version {
  private readonly exports: ReadonlyMap<string, Exports>;
  private readonly services: readonly Service[];

  constructor(model: Model) {
    const base = model.files[0]?.path.split("/").slice(0, 2).join("/") ?? "/";
    this.services = model.files.flatMap((file) => file.services);
    this.exports = loadGenerated(emitTypeScript(model, { baseDirectory: base }));
  }

  /** The service of this name. */
  service(name: string): Service | undefined {
    return this.services.find((service) => service.name === name);
  }

  /** The service of this name, else any: a server may have renamed it. */
  serviceLike(name: string): Service | undefined {
    return this.service(name) ?? this.services[0];
  }

  generated(name: string): runtime.Service<Calls> {
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

/** A method of a version. */
export interface Met {
  readonly version: Version;
  readonly service: Service;
  readonly method: Method;
}

/** @param title as in verdicts: `Shop.get` */
export function find(version: Version, title: string): Met | undefined {
  const [name = "", methodName = ""] = title.split(".");
  const service = version.service(name);
  const method = service?.methods.find((candidate) => candidate.name === methodName);
  return service === undefined || method === undefined ? undefined : { version, service, method };
}

/** What a server answered in one run, and what it saw. */
export interface Served {
  readonly answer: Answer;
  /** What it sent through the Tx. */
  readonly sent: readonly unknown[];
  /** Arguments that are no channels; undefined: its handler did not run. */
  seen: readonly unknown[] | undefined;
  /** Their names. */
  readonly names: readonly string[];
  /** What came through the Rx. */
  readonly received: unknown[];
}

/** What a client saw in one run, and what it sent. */
export interface Called {
  /** The result, or the declared error; undefined: the call or a stream of it failed. */
  readonly answer: Answer | undefined;
  /** Why it failed. */
  readonly fault: string | undefined;
  readonly written: readonly unknown[];
  readonly names: readonly string[];
  readonly poured: readonly unknown[];
  /** What came through the Tx; undefined: there is none. */
  readonly arrived: readonly unknown[] | undefined;
}

const runKey = "run";

/** The server of a version, for calls of one method. */
export class ServingEnd {
  readonly dispatcher: runtime.Dispatcher;
  /** By run; none where the version has no such method. */
  readonly served: readonly Served[];

  /**
   * @param title of the client's method
   * @throws Error when the version has no service at all
   */
  constructor(version: Version, title: string, runs: number) {
    const [name = "", methodName = ""] = title.split(".");
    const service = version.serviceLike(name);
    if (service === undefined) throw new Error("no service");
    const member = camelCase(methodName);
    const method = service.methods.find((candidate) => camelCase(candidate.name) === member);
    this.served = method === undefined ? [] : answersOf(method, runs);
    const { served } = this;
    const handlers = service.methods.map((one) => [
      camelCase(one.name),
      one === method ? (...args: unknown[]) => handle(one, served, args) : neverCalled,
    ]);
    this.dispatcher = version.dispatcher(service.name, Object.fromEntries(handlers));
  }
}

function neverCalled(): never {
  throw new Error("another method is called");
}

/** Calls a method of a version once for each run. */
export async function callAll(calls: Calls, method: Method, runs: number): Promise<readonly Called[]> {
  const call = calls[camelCase(method.name)]?.bind(calls);
  if (call === undefined) throw new Error(`no member ${method.name}`);
  const called: Called[] = [];
  for (const [run, sample] of samplesOf(method, runs).entries()) {
    called.push(await callOnce(call, method, sample, run));
  }
  return called;
}

/** Compares what both ends saw of each run. */
export function judge(called: readonly Called[], served: readonly Served[]): readonly Outcome[] {
  return called.map((one, run) => {
    const other = served[run];
    if (one.answer === undefined || other === undefined) return "failed";
    const isSame =
      isDeepStrictEqual(other.seen, inOrder(one.written, one.names, other.names)) &&
      isDeepStrictEqual(other.received, one.poured) &&
      isDeepStrictEqual(one.answer, other.answer) &&
      (one.arrived === undefined || isDeepStrictEqual(one.arrived, other.sent));
    return isSame ? "ok" : "changed";
  });
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

function answersOf(method: Method, runs: number): readonly Served[] {
  const tx = method.args.find(({ type }) => type.kind === "channel" && type.direction === "tx")?.type;
  const items =
    tx?.kind === "channel" ? fc.array(valuesOf(tx.element), { minLength: 1, maxLength: 3 }) : fc.constant([]);
  const values = valuesOf(method.returns).map((value) => ({ value }));
  const answer: fc.Arbitrary<Answer> =
    method.throws === undefined
      ? values
      : fc.oneof(
          values,
          valuesOf(method.throws).map((error) => ({ error })),
        );
  const names = plainNames(method);
  return fc
    .sample(fc.record({ answer, sent: items }), { numRuns: runs, seed: 11 })
    .map((one) => ({ ...one, seen: undefined, names, received: [] }));
}

async function handle(
  method: Method,
  served: readonly Served[],
  [...args]: readonly unknown[],
): Promise<unknown> {
  const { metadata } = args.pop() as runtime.CallContext;
  const run = served[Number(metadata.getU64(runKey))];
  if (run === undefined) throw new Error("no answer is ready");
  run.seen = method.args.flatMap((argument, i) => (isChannel(argument) ? [] : [args[i]]));
  for (const [i, { type }] of method.args.entries()) {
    if (type.kind !== "channel") continue;
    if (type.direction === "tx") {
      for (const item of run.sent) await (args[i] as runtime.Tx<unknown>).send(item);
    } else {
      for await (const item of args[i] as runtime.Rx<unknown>) run.received.push(item);
    }
  }
  return "value" in run.answer ? run.answer.value : fail(run.answer.error);
}

async function callOnce(
  call: (...args: unknown[]) => Promise<unknown>,
  method: Method,
  sample: readonly unknown[],
  run: number,
): Promise<Called> {
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
  const options = { metadata: new Metadata().append(runKey, BigInt(run)) };
  const [result, ...ends] = await Promise.allSettled([answerOf(call(...args, options)), ...streams]);
  const fault = [result, ...ends].find((one) => one?.status === "rejected");
  const hasTx = method.args.some(({ type }) => type.kind === "channel" && type.direction === "tx");
  return {
    answer: result?.status === "fulfilled" && fault === undefined ? (result.value as Answer) : undefined,
    fault: fault?.status === "rejected" ? String(fault.reason) : undefined,
    written: method.args.flatMap((argument, i) => (isChannel(argument) ? [] : [sample[i]])),
    names: plainNames(method),
    poured: method.args.flatMap(({ type }, i) =>
      type.kind === "channel" && type.direction === "rx" ? (sample[i] as unknown[]) : [],
    ),
    arrived: hasTx ? arrived : undefined,
  };
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
async function answerOf(call: Promise<unknown>): Promise<Answer> {
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
