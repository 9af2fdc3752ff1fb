/** A method on its handler's side, and the table that finds it by id. */

import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import type { MethodName } from "../errors.js";
import { brand } from "../options/brand.js";
import type { Shape, TupleShape } from "../shape/shape.js";
import type { Binding } from "./binding.js";
import type { CallContext } from "./context.js";
import type { Failure } from "./failure.js";
import { type ChannelFeature, type Method, methodJson } from "./method.js";
import type { Awaitable } from "./result.js";

/** What generated code knows about a method that it serves. */
export interface HandledInit<A extends readonly unknown[], T, E> {
  /** Service as declared. */
  readonly service: string;
  /** Method as declared. */
  readonly name: string;
  /** Method id. Source: `protocol/schemas.md` §7. */
  readonly id: bigint;
  /** Running the method twice does no harm (`@idempotent`). */
  readonly idempotent?: true;
  /** The method runs to its end whether or not the caller waits (`@persist`). */
  readonly persist?: true;
  /** Set when there are channels among the arguments. */
  readonly channels?: ChannelFeature;
  readonly args: Binding & { readonly shape: TupleShape; readonly read: (r: Reader) => A };
  /** Root is `Result<T, VoxError<E>>`. */
  readonly response: Binding;
  readonly ok: { readonly shape: Shape; readonly write: (w: Writer, p: number, value: T) => number };
  /** Absent: the method declares no error. */
  readonly error?: { readonly shape: Shape; readonly write: (w: Writer, p: number, value: E) => number };
  readonly invoke: (args: A, context: CallContext) => Awaitable<T | Failure<E>>;
}

/** A method on its handler's side, without its value types: what the driver runs. */
export interface HandledMethod extends MethodName {
  readonly idempotent: boolean;
  readonly persist: boolean;
  /** Whether there are channels among the arguments. */
  readonly hasChannels: boolean;
  /** @internal */
  readonly args: Binding & { readonly shape: TupleShape; readonly read: (r: Reader) => readonly unknown[] };
  /** @internal */
  readonly response: Binding;
  /** @internal */
  readonly ok: ErasedWriter;
  /** @internal */
  readonly error: ErasedWriter | undefined;
  /** For logs: without the id as a bigint. @internal */
  readonly toJSON?: () => unknown;
  /** @internal */
  readonly invoke: (args: readonly unknown[], context: CallContext) => unknown;
}

/** Encoder of a value whose type is forgotten. @internal */
export interface ErasedWriter {
  readonly shape: Shape;
  readonly write: (w: Writer, p: number, value: unknown) => number;
}

/** Events hold methods, and logs are JSON. */
function toJSON(this: HandledMethod) {
  return methodJson(this);
}

/** Describes a method for its handler. */
export function handled<A extends readonly unknown[], T, E = never>(
  init: HandledInit<A, T, E>,
): HandledMethod {
  return {
    service: init.service,
    name: init.name,
    id: init.id,
    idempotent: init.idempotent ?? false,
    persist: init.persist ?? false,
    hasChannels: init.channels !== undefined,
    args: init.args,
    response: init.response,
    ok: init.ok as ErasedWriter,
    error: init.error as ErasedWriter | undefined,
    invoke: init.invoke as HandledMethod["invoke"],
    toJSON,
  };
}

/** A handler may return nothing where a method returns unit. */
// biome-ignore lint/suspicious/noConfusingVoidType: that is what such a method returns
type Answer<T> = T extends undefined ? T | void : T;

/**
 * Describes a method for its handler, from the description that its callers have.
 * @param readers of the parameters, in order
 */
export function answered<A extends readonly unknown[], T, E>(
  method: Method<A, T, E>,
  readers: readonly ((r: Reader) => unknown)[],
  write: (w: Writer, p: number, value: T) => number,
  invoke: (args: A, context: CallContext) => Awaitable<Answer<T> | Failure<E>>,
  writeError?: (w: Writer, p: number, value: E) => number,
): HandledMethod {
  const { args, error } = method;
  return {
    service: method.service,
    name: method.name,
    id: method.id,
    idempotent: method.idempotent,
    persist: method.persist,
    hasChannels: method.hasChannels,
    args: {
      get root() {
        return args.root;
      },
      get schemas() {
        return args.schemas;
      },
      shape: args.shape,
      read: argumentsReader(readers),
    },
    response: method.response,
    ok: { shape: method.ok.shape, write: write as ErasedWriter["write"] },
    error:
      error === undefined || writeError === undefined
        ? undefined
        : { shape: error.shape, write: writeError as ErasedWriter["write"] },
    invoke: invoke as HandledMethod["invoke"],
    toJSON,
  };
}

/** Reads the arguments one behind another. */
function argumentsReader(readers: readonly ((r: Reader) => unknown)[]): (r: Reader) => readonly unknown[] {
  return (r) => {
    const values: unknown[] = [];
    for (let i = 0; i < readers.length; i++) values.push((readers[i] as (r: Reader) => unknown)(r));
    return values;
  };
}

/** The code that answers calls, which a dispatcher brings to the driver by reference. Only the driver looks inside. */
export interface AnsweringFeature {
  readonly feature: "answering";
}

interface Slot {
  readonly high: number;
  readonly handled: HandledMethod;
  readonly next: Slot | undefined;
}

/** The methods of one service with their handler. Made by generated code; pass it to `serve`. */
export class Dispatcher {
  static {
    brand(Dispatcher, "Dispatcher");
  }

  /** Service as declared. */
  readonly name: string;
  readonly methods: readonly HandledMethod[];
  /** The code that runs the methods; undefined when there are no methods. @internal */
  readonly answering: AnsweringFeature | undefined;
  /** Why it may lack a method, for the caller of a method that it lacks. @internal */
  readonly lack: string | undefined;
  readonly #slots: ReadonlyMap<number, Slot>;

  /** @throws TypeError when two methods have one id */
  constructor(
    name: string,
    methods: readonly HandledMethod[],
    answering: AnsweringFeature | undefined,
    lack?: string,
  ) {
    this.answering = answering;
    this.lack = lack;
    this.name = name;
    this.methods = methods;
    const slots = new Map<number, Slot>();
    for (const handledMethod of methods) {
      const low = Number(BigInt.asIntN(32, handledMethod.id));
      const high = Number(BigInt.asIntN(32, handledMethod.id >> 32n));
      for (let other = slots.get(low); other !== undefined; other = other.next) {
        if (other.high === high) throw new TypeError(`${name}: two methods have the id ${handledMethod.id}`);
      }
      slots.set(low, { high, handled: handledMethod, next: slots.get(low) });
    }
    this.#slots = slots;
  }

  /**
   * The method with this id, given as two halves so that no bigint is made for a lookup.
   * @param low lower 32 bits, in any 32-bit reading
   * @param high upper 32 bits
   */
  find(low: number, high: number): HandledMethod | undefined {
    let slot = this.#slots.get(low | 0);
    while (slot !== undefined && slot.high !== (high | 0)) slot = slot.next;
    return slot?.handled;
  }
}
