/**
 * The rules that every link must keep, as cases for any test runner: the contract of `link/link.ts`, made runnable. A
 * transport of your own passes when each case resolves.
 */

import type { Awaitable } from "../call/result.js";
import type { SessionError } from "../errors.js";
import type { Link, LinkSink } from "../link/link.js";
import { callback } from "../options/checks.js";

/** Two connected ends, neither of them started. */
export interface LinkPair {
  /** The end that opened the connection. */
  readonly near: Link;
  /** The end that accepted it. */
  readonly far: Link;
}

/** One rule that a link must keep. */
export interface LinkCase {
  /** The rule as a sentence. */
  readonly name: string;
  /**
   * Runs the case. It waits for events: bound it by a test timeout.
   * @throws Error when the link breaks the rule: the text says what it did instead
   */
  run(): Promise<void>;
}

/** What happens to the links after each case. */
export interface LinkContractOptions {
  /** Called with each pair after its case, whatever the outcome. Default: the links are aborted. */
  readonly dispose?: ((pair: LinkPair) => Awaitable<void>) | undefined;
}

/** Both ends, started, with everything that they have reported. */
interface StartedPair extends LinkPair {
  readonly atNear: RecordingSink;
  readonly atFar: RecordingSink;
}

/**
 * The first frames of a Vox link are small: a prologue, then the handshake. A transport may refuse larger first frames.
 */
const openingFrames = 3;
/** Frames that are more than the buffers of any transport take at once. */
const burstFrames = 64;
const burstFrameBytes = 256 * 1024;

/** Records what a link reports, and lets a case wait for a report. */
class RecordingSink implements LinkSink {
  readonly frames: Uint8Array[] = [];
  idleCount = 0;
  drainCount = 0;
  closedCount = 0;
  error: SessionError | undefined = undefined;
  /** Reports after the end; there must be none. */
  lateReports = 0;
  /** Whether frames came after the last `onIdle`. */
  isArriving = false;
  #waiters: (() => void)[] = [];

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    this.frames.push(bytes.subarray(start, end));
    this.isArriving = true;
    this.#report();
  }

  onIdle(): void {
    this.idleCount += 1;
    this.isArriving = false;
    this.#report();
  }

  onDrain(): void {
    this.drainCount += 1;
    this.#report();
  }

  onClosed(error: SessionError | undefined): void {
    this.error = error;
    this.closedCount += 1;
    if (this.closedCount > 1) this.lateReports += 1;
    this.#wake();
  }

  /** Resolves when the condition holds; it is looked at after each report. */
  async until(holds: (sink: RecordingSink) => boolean): Promise<void> {
    while (!holds(this)) {
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    }
  }

  #report(): void {
    if (this.closedCount > 0) this.lateReports += 1;
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

/** Sends bodies in one batch. @returns what `send` returned, with the batch's memory */
function sendBatch(
  link: Link,
  bodies: readonly Uint8Array[],
): { readonly isFree: boolean; batch: Uint8Array } {
  const { headerBytes } = link.framing;
  const total = bodies.reduce((sum, body) => sum + headerBytes + body.length, 0);
  const batch = new Uint8Array(total);
  const ends: number[] = [];
  let at = 0;
  for (const body of bodies) {
    if (headerBytes > 0) link.framing.writeHeader(batch, at, body.length);
    batch.set(body, at + headerBytes);
    at += headerBytes + body.length;
    ends.push(at);
  }
  return { isFree: link.send(batch, 0, ends, ends.length), batch };
}

function patterned(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed) & 0xff);
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function expectFrames(sink: RecordingSink, expected: readonly Uint8Array[]): void {
  if (sink.frames.length !== expected.length)
    throw violation(`${expected.length} frames were sent and ${sink.frames.length} arrived`);
  expected.forEach((body, index) => {
    const frame = sink.frames[index];
    if (frame === undefined || !areEqual(frame, body))
      throw violation(`frame ${index} of ${body.length} bytes arrived changed`);
  });
}

function start(pair: LinkPair): StartedPair {
  const [atNear, atFar] = [new RecordingSink(), new RecordingSink()];
  pair.near.start(atNear);
  pair.far.start(atFar);
  return { ...pair, atNear, atFar };
}

/** Starts both ends and passes small frames each way, as prologue and handshake do. */
async function opened(pair: LinkPair): Promise<StartedPair> {
  const started = start(pair);
  const { near, far, atNear, atFar } = started;
  for (let count = 0; count < openingFrames; count++) {
    sendBatch(near, [Uint8Array.of(count)]);
    sendBatch(far, [Uint8Array.of(count)]);
  }
  await atNear.until(({ frames, isArriving }) => frames.length >= openingFrames && !isArriving);
  await atFar.until(({ frames, isArriving }) => frames.length >= openingFrames && !isArriving);
  atNear.frames.length = 0;
  atFar.frames.length = 0;
  return started;
}

const rules: Readonly<Record<string, (pair: LinkPair) => Promise<void>>> = {
  "keeps order and boundaries, of empty frames too": async (pair) => {
    const { near, atFar } = await opened(pair);
    const bodies = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3), patterned(70_000, 5)];
    sendBatch(near, bodies);
    sendBatch(near, bodies);
    await atFar.until(({ frames }) => frames.length >= 2 * bodies.length);
    expectFrames(atFar, [...bodies, ...bodies]);
  },
  "carries frames in both directions at once": async (pair) => {
    const { near, far, atNear, atFar } = await opened(pair);
    const there = Array.from({ length: 50 }, (_, index) => patterned(index * 40, index));
    const back = Array.from({ length: 50 }, (_, index) => patterned(index * 30 + 1, 100 + index));
    there.forEach((body, index) => {
      sendBatch(near, [body]);
      sendBatch(far, [back[index] ?? new Uint8Array(0)]);
    });
    await atFar.until(({ frames }) => frames.length >= there.length);
    await atNear.until(({ frames }) => frames.length >= back.length);
    expectFrames(atFar, there);
    expectFrames(atNear, back);
  },
  "delivers frames that arrived before it was started": async (pair) => {
    const { near, far } = pair;
    const [atNear, atFar] = [new RecordingSink(), new RecordingSink()];
    near.start(atNear);
    sendBatch(near, [Uint8Array.of(7)]);
    sendBatch(near, [Uint8Array.of(8)]);
    // The frames travel while the far end has no sink; a link that drops them never delivers them.
    for (let count = 0; count < 10; count++) await Promise.resolve();
    far.start(atFar);
    await atFar.until(({ frames }) => frames.length >= 2);
    expectFrames(atFar, [Uint8Array.of(7), Uint8Array.of(8)]);
  },
  "is started once": async (pair) => {
    start(pair);
    let hasThrown = false;
    try {
      pair.near.start(new RecordingSink());
    } catch (error) {
      hasThrown = error instanceof TypeError;
    }
    if (!hasThrown) throw violation("a second start must throw a TypeError");
  },
  "reports the end of each arrival": async (pair) => {
    const { near, atFar } = await opened(pair);
    const before = atFar.idleCount;
    sendBatch(near, [Uint8Array.of(1), Uint8Array.of(2)]);
    await atFar.until(({ frames, isArriving }) => frames.length >= 2 && !isArriving);
    if (atFar.idleCount === before) throw violation("onIdle must follow the last frame of an arrival");
  },
  "leaves a batch's memory to the caller when send returns true": async (pair) => {
    const { near, atFar } = await opened(pair);
    const bodies = Array.from({ length: 20 }, (_, index) => patterned(1000, index));
    for (const body of bodies) {
      const { isFree, batch } = sendBatch(near, [body]);
      if (isFree) batch.fill(0xff);
    }
    await atFar.until(({ frames }) => frames.length >= bodies.length);
    expectFrames(atFar, bodies);
  },
  "never writes to the memory of a delivered frame again": async (pair) => {
    const { near, atFar } = await opened(pair);
    const bodies = Array.from({ length: 40 }, (_, index) => patterned(3000, index));
    for (const [index, body] of bodies.entries()) {
      sendBatch(near, [body]);
      await atFar.until(({ frames }) => frames.length >= index + 1);
    }
    expectFrames(atFar, bodies);
  },
  "says when what it held has left": async (pair) => {
    const { near, atNear, atFar } = await opened(pair);
    const body = patterned(burstFrameBytes, 1);
    for (let count = 0; count < burstFrames; count++) sendBatch(near, [body]);
    if (near.bufferedBytes > 0) await atNear.until(({ drainCount }) => drainCount > 0);
    await atFar.until(({ frames }) => frames.length >= burstFrames);
    while (near.bufferedBytes > 0) {
      const before = atNear.drainCount;
      await atNear.until(({ drainCount }) => drainCount > before);
    }
    if (near.bufferedBytes !== 0) throw violation(`bufferedBytes is ${near.bufferedBytes} after onDrain`);
  },
  "keeps what arrives while it is not read, and lets the sender see it": async (pair) => {
    const { near, far, atNear, atFar } = await opened(pair);
    if (far.setReading === undefined) return;
    far.setReading(false);
    const body = patterned(burstFrameBytes, 2);
    let largest = 0;
    for (let count = 0; count < burstFrames; count++) {
      sendBatch(near, [body]);
      largest = Math.max(largest, near.bufferedBytes);
    }
    if (largest === 0) throw violation("bufferedBytes stayed 0 although the peer does not read");
    // Round trips in the other direction give the frames time to arrive.
    for (let count = 1; count <= 5; count++) {
      sendBatch(far, [Uint8Array.of(count)]);
      await atNear.until(({ frames }) => frames.length >= count);
    }
    const early = atFar.frames.length;
    far.setReading(true);
    await atFar.until(({ frames }) => frames.length >= burstFrames);
    if (early === burstFrames) throw violation("frames were delivered although reading was off");
    expectFrames(
      atFar,
      Array.from({ length: burstFrames }, () => body),
    );
  },
  "closes cleanly after everything that was sent": async (pair) => {
    const { near, atNear, atFar } = await opened(pair);
    const bodies = Array.from({ length: 30 }, (_, index) => patterned(2000, index));
    sendBatch(near, bodies);
    near.close();
    await atFar.until(({ closedCount }) => closedCount > 0);
    await atNear.until(({ closedCount }) => closedCount > 0);
    expectFrames(atFar, bodies);
    for (const { error } of [atNear, atFar])
      if (error !== undefined) throw violation(`a clean end was reported as ${error.message}`);
  },
  "takes no frame after close, and says that its memory is free": async (pair) => {
    const { near, atFar } = await opened(pair);
    near.close();
    const { isFree } = sendBatch(near, [Uint8Array.of(1)]);
    if (!isFree) throw violation("send on a closed link must return true");
    await atFar.until(({ closedCount }) => closedCount > 0);
    expectFrames(atFar, []);
  },
  "ends both sides when it is aborted": async (pair) => {
    const { near, atNear, atFar } = await opened(pair);
    near.abort();
    await atNear.until(({ closedCount }) => closedCount > 0);
    await atFar.until(({ closedCount }) => closedCount > 0);
    if (atNear.error !== undefined) throw violation("a local abort is not a failure of the transport");
  },
  "reports its end once, however often it is closed and aborted": async (pair) => {
    const { near, far, atNear, atFar } = await opened(pair);
    near.close();
    near.close();
    far.close();
    near.abort();
    near.abort();
    far.abort();
    await atNear.until(({ closedCount }) => closedCount > 0);
    await atFar.until(({ closedCount }) => closedCount > 0);
    for (let count = 0; count < 20; count++) await Promise.resolve();
    for (const sink of [atNear, atFar])
      if (sink.lateReports > 0) throw violation("a link reported something after its end");
  },
  "tells a sink that comes late that the link has ended": async (pair) => {
    pair.near.abort();
    const atNear = new RecordingSink();
    pair.near.start(atNear);
    await atNear.until(({ closedCount }) => closedCount > 0);
  },
};

/**
 * The cases of the contract.
 *
 * ```ts
 * for (const { name, run } of linkContract(async () => myLinkPair())) it(name, run);
 * ```
 *
 * @param makePair called once for each case
 */
export function linkContract(
  makePair: () => Awaitable<LinkPair>,
  options: LinkContractOptions = {},
): readonly LinkCase[] {
  callback(makePair, "makePair");
  const { dispose = abortBoth } = options;
  return Object.entries(rules).map(([name, rule]) => ({
    name,
    async run() {
      const pair = await makePair();
      try {
        await rule(pair);
      } finally {
        await dispose(pair);
      }
    },
  }));
}

function abortBoth({ near, far }: LinkPair): void {
  near.abort();
  far.abort();
}

function violation(text: string): Error {
  return new Error(`the link breaks its contract: ${text}`);
}
