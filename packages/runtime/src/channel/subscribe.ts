/** A method with one `Tx` as a loop: the call and its stream in one line. */

import { unwatchAbort, watchAbort } from "../call/abort-watch.js";
import type { CallOptions } from "../call/caller.js";
import { ForwardingCaller } from "../call/forwarding-caller.js";
import type { Method } from "../call/method.js";
import { checkCallOptions } from "../call/option-checks.js";
import type { Client } from "../call/service.js";
import { VoxError } from "../errors.js";
import { wrongType } from "../options/checks.js";
import { callOverHere, notBound } from "./end.js";
import { channel } from "./pair.js";
import type { Rx } from "./rx.js";
import type { Tx } from "./tx.js";

/** Whether there is a half of a channel among the arguments. */
type HasChannel<A extends readonly unknown[]> = A extends readonly [infer First, ...infer Rest]
  ? First extends Tx<infer _T> | Rx<infer _R>
    ? true
    : HasChannel<Rest>
  : false;

/** `[item, other arguments]` of arguments with one `Tx` and no other channel; never for others. */
type Streamed<A extends readonly unknown[], Before extends readonly unknown[] = []> = A extends readonly [
  infer First,
  ...infer Rest,
]
  ? First extends Tx<infer T>
    ? HasChannel<Rest> extends true
      ? never
      : [T, [...Before, ...Rest]]
    : First extends Rx<infer _R>
      ? never
      : Streamed<Rest, [...Before, First]>
  : never;

/** `[item, other arguments, answer]` of a method with one `Tx` and no other channel; never for others. */
type StreamingMethod<M> = M extends (...args: infer A) => Promise<infer R>
  ? Streamed<A> extends infer Found
    ? [Found] extends [never]
      ? never
      : Found extends [infer T, infer Others extends unknown[]]
        ? [T, Others, R]
        : never
    : never
  : never;

/** The methods of a client that have one `Tx` and no other channel, without that argument. */
export type Subscriptions<C> = {
  readonly [K in keyof C as [StreamingMethod<C[K]>] extends [never] ? never : K]: StreamingMethod<
    C[K]
  > extends [infer T, infer Others extends unknown[], infer R]
    ? (...args: Others) => AsyncIterable<T, R | undefined>
    : never;
};

/**
 * Makes loops of a client's methods that have one `Tx`. The call is made when the loop begins, again for each loop, and
 * ends with it: when you leave the loop (`break`, `return`, a throw), the handler's sends fail, and the call is
 * cancelled. The loop ends when the handler has closed the stream and answered. It throws what the call rejects with,
 * or the `ChannelError` of a stream that was given up. No other promise is left to await.
 *
 * ```ts
 * for await (const price of subscribe(shop).watchPrices("apples", { signal })) show(price);
 * ```
 *
 * @param client a generated client
 * @returns the methods without their `Tx`, each with an iteration as its value; the answer of the call is what the
 * iteration returns
 * @throws TypeError for a value that is not a client. A loop throws for options of its call that are not valid
 */
export function subscribe<C extends Client>(client: C): Subscriptions<C> {
  if (typeof (client as Partial<C> | undefined)?.$caller?.call !== "function")
    throw wrongType("client", "a generated client", client);
  const $caller = new SubscribingCaller(client.$caller);
  return Object.create(client, { $caller: { value: $caller } }) as Subscriptions<C>;
}

/** Takes the arguments of a generated method without its `Tx`, and gives an iteration in place of a promise. */
class SubscribingCaller extends ForwardingCaller {
  /** @throws TypeError for a method that has not one `Tx` */
  call<T>(method: Method, args: readonly unknown[], options?: CallOptions): AsyncIterable<T> {
    const { elements } = method.args.shape;
    const isTx = elements.map((each) => each.kind === "channel" && each.direction === "tx");
    const place = isTx.indexOf(true);
    if (place < 0 || elements.filter(({ kind }) => kind === "channel").length !== 1)
      throw new TypeError(
        `${method.service}.${method.name}: subscribe takes methods with one Tx and no other channel`,
      );
    // The generated method takes the options for its last argument, since one argument is left out.
    const given = [...args, options].slice(0, elements.length);
    const own = given.pop() as CallOptions | undefined;
    const fault = faultOf(own);
    const start = async (tx: Tx<T>, signal: AbortSignal): Promise<unknown> => {
      if (fault !== undefined) throw fault;
      const values = [...given.slice(0, place), tx, ...given.slice(place)];
      return this.inner.call(method as Method<readonly unknown[]>, values, { ...own, signal });
    };
    const signal = fault === undefined ? own?.signal : undefined;
    return { [Symbol.asyncIterator]: () => new Subscription(start, signal) };
  }
}

/** What is wrong with the options of a call: its loop throws it. */
function faultOf(options: CallOptions | undefined): unknown {
  try {
    if (options !== undefined) checkCallOptions(options);
  } catch (fault) {
    return fault;
  }
  return undefined;
}

function hasCode(error: unknown, code: VoxError["code"]): boolean {
  return error instanceof VoxError && error.code === code;
}

/** One loop, and its call. */
class Subscription<T> implements AsyncIterator<T, unknown> {
  readonly #rx: Rx<T>;
  readonly #call: Promise<unknown>;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal | undefined;
  #isOver = false;

  /** @param signal of the application, which ends the call */
  constructor(start: (tx: Tx<T>, signal: AbortSignal) => Promise<unknown>, signal: AbortSignal | undefined) {
    const { tx, rx } = channel<T>();
    this.#rx = rx;
    this.#signal = signal;
    if (signal?.aborted === true) this.onAborted();
    else if (signal !== undefined) watchAbort(signal, this);
    this.#call = start(tx, this.#controller.signal);
    this.#call.then(() => rx.fail(notBound()), this.#onCallFailed);
  }

  /** A call that never got as far as its stream, or that middleware has given up, ends the stream here. */
  readonly #onCallFailed = (cause: unknown): void => {
    const error = callOverHere("its call has failed", cause);
    this.#rx.fail(error);
    this.#rx.endWith({ error });
  };

  /** The application's signal is aborted. */
  onAborted(): void {
    this.#controller.abort(this.#signal?.reason);
  }

  async next(): Promise<IteratorResult<T, unknown>> {
    try {
      const step = await this.#rx.next();
      if (step.done !== true) return step;
      if (this.#isOver) return { done: true, value: undefined };
      const value = await this.#call;
      this.#finish();
      return { done: true, value };
    } catch (error) {
      if (this.#isOver) return { done: true, value: undefined };
      const reason = await this.#reasonOf(error);
      this.#leave();
      throw reason;
    }
  }

  return(): Promise<IteratorResult<T, unknown>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The failure of the call says more than that of its stream, unless the link is lost. */
  async #reasonOf(error: unknown): Promise<unknown> {
    // This side has given up the stream: the call does not end by itself.
    if (hasCode(error, "ItemUnreadable")) return error;
    try {
      await this.#call;
      return error;
    } catch (reason) {
      // Whether the handler has run is no question of a loop: it ends as a loop over the channel of a call does.
      return hasCode(error, "ConnectionClosed") && hasCode(reason, "Indeterminate") ? error : reason;
    }
  }

  #leave(): void {
    this.#rx.cancel();
    this.#finish();
    this.#controller.abort();
  }

  #finish(): void {
    this.#isOver = true;
    if (this.#signal !== undefined) unwatchAbort(this.#signal, this);
  }
}
