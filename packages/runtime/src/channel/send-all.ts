/** Sends the items of an iteration, and ends the iteration as soon as no item can be sent any more. */
import { isPromise } from "../call/result.js";
import { systemClock, type TimerHandle } from "../clock.js";
import { ChannelError } from "../errors.js";
import { shown } from "../options/checks.js";
import { type ChannelEnd, closedHere, hasReceiverLeft } from "./end.js";

/** How long a source may take to finish its current step when no item can be sent any more, ms. */
const graceMs = 20;

/** How long a source at rest may take to clean up when no item can be sent any more, ms. */
const cleanupMs = 1000;

/** The members of a sending end that {@link sendAll} needs. */
export interface SendTarget<T> {
  send(item: T): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
  whenEnded(callback: (end: ChannelEnd) => void): void;
}

type Step<T> = IteratorResult<T, unknown>;

/** The end of the channel, for a loop that waits for the next item or the Close: one callback for all steps. */
class EndWatch {
  end: ChannelEnd | undefined = undefined;
  #wake: (() => void) | undefined = undefined;

  readonly onEnd = (end: ChannelEnd): void => {
    this.end = end;
    this.#wake?.();
  };

  /** @returns undefined when the channel ends before `awaited` settles */
  async first<T>(awaited: PromiseLike<T>): Promise<T | undefined> {
    try {
      return await new Promise<T | undefined>((resolve, reject) => {
        this.#wake = () => resolve(undefined);
        awaited.then(resolve, reject);
      });
    } finally {
      this.#wake = undefined;
    }
  }
}

/** Sends every item and closes; see `Tx.sendAll`. */
export async function sendAll<T>(out: SendTarget<T>, items: Iterable<T> | AsyncIterable<T>): Promise<number> {
  const leaving = new EndWatch();
  let source: Source<T> | undefined;
  let isSending = false;
  let sent = 0;
  try {
    source = sourceOf(items);
    out.whenEnded(leaving.onEnd);
    while (leaving.end === undefined) {
      source.isPending = true;
      const next = source.next();
      const step = isPromise(next) ? await leaving.first(next) : next;
      if (leaving.end !== undefined) break;
      source.isPending = false;
      if (typeof step !== "object" || step === null)
        throw new TypeError(`the items are no iteration: next() gave ${shown(step)}`);
      if (step.done === true) {
        source = undefined;
        await leaving.first(out.close());
        break;
      }
      // A plain iteration may hold promises, as `for await` allows.
      const item = (isPromise(step.value) ? await leaving.first(step.value) : step.value) as T;
      if (leaving.end !== undefined) break;
      isSending = true;
      await out.send(item);
      isSending = false;
      sent += 1;
    }
  } catch (error) {
    // A channel that has ended is not aborted: its Close may still be on its way.
    const isEnd = isSending && error instanceof ChannelError;
    if (!isEnd) void out.abort(error);
    const hasLeft = isEnd && hasReceiverLeft(error);
    if (source !== undefined && !source.isPending)
      await releaseSource(source).catch(hasLeft ? undefined : ignore);
    if (hasLeft) return sent;
    throw error;
  }
  if (source !== undefined) await releaseSource(source);
  return outcome(leaving.end, source === undefined, sent);
}

/** @param isWhole whether every item has left and the channel was closed */
function outcome(end: ChannelEnd | undefined, isWhole: boolean, sent: number): number {
  const error = end?.error;
  if (error === undefined ? isWhole : hasReceiverLeft(error)) return sent;
  throw error ?? closedHere();
}

/** Where items come from. */
interface Source<T> {
  next(): Step<T> | PromiseLike<Step<T>>;
  /** Ends the iteration early. */
  leave(): unknown;
  /** Whether {@link next} was called and its item has not come yet. */
  isPending: boolean;
}

function sourceOf<T>(items: Iterable<T> | AsyncIterable<T>): Source<T> {
  if (isReadableStream(items)) {
    const reader = items.getReader();
    // Unlike the stream's iterator, it can be cancelled while a read is under way.
    const next = (): Promise<Step<T>> => reader.read() as Promise<Step<T>>;
    return { next, leave: () => reader.cancel(), isPending: false };
  }
  const iterator: Iterator<T> | AsyncIterator<T> =
    (items as Partial<AsyncIterable<T>>)[Symbol.asyncIterator]?.() ??
    (items as Iterable<T>)[Symbol.iterator]();
  const { pipe, destroy } = items as { pipe?: unknown; destroy?: unknown };
  return {
    next: () => iterator.next(),
    // A stream of Node is a generator while it is read.
    leave: () =>
      typeof pipe === "function" && typeof destroy === "function" ? destroy.call(items) : iterator.return?.(),
    isPending: false,
  };
}

function isReadableStream<T>(
  items: Iterable<T> | AsyncIterable<T>,
): items is ReadableStream<T> & typeof items {
  return typeof ReadableStream === "function" && items instanceof ReadableStream;
}

/**
 * Ends an iteration early. While a call of `next` is pending, an iteration may end only when it has the next item, as
 * generators do. This function waits only a little for that, and ignores the item. It waits longer for a source at
 * rest, which only cleans up, and throws what that throws.
 */
async function releaseSource({ leave, isPending }: Source<unknown>): Promise<void> {
  if (!isPending) {
    await withinGrace(Promise.resolve(leave()), cleanupMs);
    return;
  }
  try {
    const left = Promise.resolve(leave()).catch(ignore);
    await withinGrace(left, graceMs);
  } catch {
    // `leave` has thrown at once: ignored as a rejection is.
  }
}

/** Waits, but not for long. Uses the system clock: a source does not know the clock of the session. */
async function withinGrace(left: Promise<unknown>, mostMs: number): Promise<void> {
  let timer: TimerHandle;
  const enough = new Promise<void>((resolve) => {
    timer = systemClock.setTimer(mostMs, resolve);
  });
  try {
    await Promise.race([left, enough]);
  } finally {
    systemClock.clearTimer(timer);
  }
}

function ignore(): void {}
