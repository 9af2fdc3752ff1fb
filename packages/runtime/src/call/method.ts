/** A method on its callers' side. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { type CallError, type DeclaredError, isVoxError, type MethodName } from "../errors.js";
import { expectArrayOf } from "../postcard/counts.js";
import { tupleShape } from "../shape/build.js";
import type { Write } from "../shape/codec.js";
import type { Shape, TupleShape } from "../shape/shape.js";
import { type Binding, LazyBinding } from "./binding.js";
import { describeArguments, describeResponse, idsWith, type TypeIds } from "./describe.js";

/**
 * The code for channels, which a method brings to the driver by reference: `$.channels`. Only the driver looks inside.
 */
export interface ChannelFeature {
  readonly feature: "channels";
  /** A call is made later: the halves that were passed to it are its own from now on. @internal */
  give(shape: Shape, args: readonly unknown[]): void;
  /** A call was never sent. Fails the halves of its channels that stayed with the caller. @internal */
  abandonUnsent(shape: Shape, args: readonly unknown[], cause: unknown): void;
  /**
   * The outcome of a call. A rejection counts as handled when the application learns of it from its channels.
   * @internal
   */
  suppressRejection<T>(outcome: Promise<T>, shape: Shape, args: readonly unknown[]): Promise<T>;
}

/** What generated code knows about a method that it calls. */
export interface MethodInit<A extends readonly unknown[], T, E> {
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
  readonly args: Binding & {
    readonly shape: TupleShape;
    readonly write: (w: Writer, p: number, value: A) => number;
  };
  /** Root is `Result<T, VoxError<E>>`. */
  readonly response: Binding;
  readonly ok: { readonly shape: Shape; readonly read: (r: Reader) => T };
  /** Absent: the method declares no error. */
  readonly error?: { readonly shape: Shape; readonly read: (r: Reader) => E };
}

/** A method on its callers' side: id, argument encoder, result decoder, schemas. Made by generated code. */
export class Method<A extends readonly unknown[] = never, T = unknown, E = unknown> implements MethodName {
  readonly service: string;
  readonly name: string;
  readonly id: bigint;
  readonly idempotent: boolean;
  readonly persist: boolean;
  /** Set when there are channels among the arguments. @internal */
  readonly channels: ChannelFeature | undefined;
  /** @internal */
  readonly args: MethodInit<A, T, E>["args"];
  /** @internal */
  readonly response: Binding;
  /** @internal */
  readonly ok: MethodInit<A, T, E>["ok"];
  /** @internal */
  readonly error: { readonly shape: Shape; readonly read: (r: Reader) => E } | undefined;

  /**
   * True for the declared error of this method, thrown by a call of this method. Narrows `error.value` to its type. It
   * is a function without `this`, so that you can pass it on.
   */
  readonly isError = (error: unknown): error is DeclaredError<E> => {
    if (!isVoxError(error) || error.code !== "User") return false;
    return (error as DeclaredError<E> | CallError).method?.id === this.id;
  };

  constructor(init: MethodInit<A, T, E>) {
    this.service = init.service;
    this.name = init.name;
    this.id = init.id;
    this.idempotent = init.idempotent ?? false;
    this.persist = init.persist ?? false;
    this.channels = init.channels;
    this.args = init.args;
    this.response = init.response;
    this.ok = init.ok;
    this.error = init.error;
  }

  /** Whether there are channels among the arguments. */
  get hasChannels(): boolean {
    return this.channels !== undefined;
  }

  /** For logs. */
  toJSON(): { readonly service: string; readonly name: string; readonly id: string } {
    return methodJson(this);
  }
}

/** Attributes of a method. */
export interface MethodFlags {
  readonly idempotent?: true;
  readonly persist?: true;
  readonly channels?: ChannelFeature;
  /** Ids of types that are not those of their shapes: as they are among the arguments, and in the response. */
  readonly argsIds?: TypeIds;
  readonly responseIds?: TypeIds;
  /** Schemas that cannot be made of shapes. */
  readonly args?: Binding;
  readonly response?: Binding;
}

/**
 * Describes a method for its callers, with parameters in the order of generated code.
 * @param names of the parameters, separated by spaces
 * @param writers of the parameters; each may use {@link argumentRoom} bytes without making room
 */
export function declared<A extends readonly unknown[], T, E = never>(
  service: string,
  name: string,
  id: bigint,
  names: string,
  shapes: readonly Shape[],
  writers: readonly Write<never>[],
  ok: Shape,
  read: (r: Reader) => T,
  error?: Shape,
  readError?: (r: Reader) => E,
  { args, response, argsIds, responseIds, ...flags }: MethodFlags = {},
): Method<A, T, E> {
  const shape = tupleShape(shapes, names === "" ? [] : names.split(" "));
  const described = new LazyBinding(() => args ?? describeArguments(shapes, idsWith(argsIds)));
  return new Method({
    service,
    name,
    id,
    ...flags,
    args: {
      get root() {
        return described.root;
      },
      get schemas() {
        return described.schemas;
      },
      shape,
      write: argumentsWriter(writers as readonly Write<unknown>[]),
    },
    response: new LazyBinding(() => response ?? describeResponse(ok, error, idsWith(responseIds))),
    ok: { shape: ok, read },
    ...(error === undefined || readError === undefined ? {} : { error: { shape: error, read: readError } }),
  });
}

/** Bytes that are reserved before each argument is written. */
const argumentRoom = 64;

/** Writes the arguments one behind another. */
function argumentsWriter(writers: readonly Write<unknown>[]): Write<readonly unknown[]> {
  return (w, p, values) => {
    expectArrayOf(values, writers.length);
    for (let i = 0; i < writers.length; i++) {
      if (p + argumentRoom > w.limit) w.grow(p, argumentRoom);
      p = (writers[i] as Write<unknown>)(w, p, values[i]);
    }
    return p;
  };
}

/** A method for a log: its id as text. @internal */
export function methodJson({ service, name, id }: MethodName): {
  readonly service: string;
  readonly name: string;
  readonly id: string;
} {
  return { service, name, id: String(id) };
}

/** Describes a method for its callers. */
export function method<A extends readonly unknown[], T, E = never>(
  init: MethodInit<A, T, E>,
): Method<A, T, E> {
  return new Method(init);
}
