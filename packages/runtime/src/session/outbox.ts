/**
 * The outbound batch: messages are encoded straight into it, one frame behind the other, and leave together.
 *
 * `begin` gives the position of the next frame's body; encoders write there; `commit` fills the header in and counts
 * the frame. Before `commit` nothing changes, so an encoder that throws leaves no trace. The outbox calls `onPending`
 * when the first frame of a batch is committed. The pump of the link then calls `flush` at the end of the tick.
 *
 * Frames leave in the order in which they were committed. Large frames whose order is free (`commitFree`) are the
 * exception: small frames may overtake them, and they leave one by one as the link has room.
 */
import { Writer } from "../bytes/writer.js";
import { CodecError } from "../errors.js";
import type { Framing, Link } from "../link/link.js";
import type { LinkTraffic } from "./link-traffic.js";

/** Memory of a fresh batch, bytes: small, because most sessions are idle most of the time. */
const initialCapacity = 4 * 1024;
/** A batch of this many bytes leaves at once: past it, larger writes gain nothing and memory only grows. */
const fullBatch = 64 * 1024;
/** Memory above this is given back after a batch, bytes. */
const keptCapacity = 256 * 1024;
/** The next batch gets new memory when less than this is left after frames that the link still holds, bytes. */
const worthwhileRest = 2 * 1024;
/** Room that is there after {@link Outbox.begin}: enough for the fixed part of any message head. */
const headRoom = 64;

/** A large frame that others may overtake. */
interface LateFrame {
  readonly memory: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Bytes that have overtaken it: at most as many as it has. */
  overtaken: number;
}

/** How frames are kept while there is no link. */
interface OfflineBuffer {
  readonly maxBytes: number;
  readonly onOverflow: () => void;
  hasOverflowed: boolean;
}

/** A message is larger than a frame may be, at this side or at the peer's. */
export class FrameTooLarge extends CodecError {
  constructor(reason: string) {
    super("EncodeFailed", reason);
  }
}

/** Frames on their way out of one session. */
export class Outbox {
  /** Where messages are encoded; see {@link begin}. */
  readonly writer: Writer;
  /** Counts what leaves, and knows when. */
  readonly traffic: LinkTraffic;
  readonly #framing: Framing;
  readonly #headerBytes: number;
  readonly #ownMaxFrameBytes: number;
  /** Largest body of a frame: the limit of this side, or that of the peer where it is less. */
  #maxFrameBytes: number;
  #onPending: () => void = () => {};
  #link: Link | undefined = undefined;
  readonly #ends: number[] = [];
  /** Frames committed and not yet sent. */
  #count = 0;
  /** Where the unsent frames begin. */
  #from = 0;
  /** Where the last committed frame ends. */
  #to = 0;
  #isOpen = false;
  #late: LateFrame[] = [];
  /** Whether large frames have left, and the link has taken them at once: it reports no drain then. */
  #hasDrained = false;
  /** Set while frames wait for the next link. */
  #held: OfflineBuffer | undefined = undefined;

  /** @param maxFrameBytes largest body of a frame */
  constructor(framing: Framing, maxFrameBytes: number, traffic: LinkTraffic) {
    this.writer = new Writer(initialCapacity);
    this.#framing = framing;
    this.#headerBytes = framing.headerBytes;
    this.#ownMaxFrameBytes = maxFrameBytes;
    this.#maxFrameBytes = maxFrameBytes;
    this.traffic = traffic;
  }

  /** Keeps to the largest frame that the peer takes. @param bytes undefined when the peer has not said it */
  limitTo(bytes: number | undefined): void {
    this.#maxFrameBytes = Math.min(this.#ownMaxFrameBytes, bytes ?? Number.POSITIVE_INFINITY);
  }

  /** @throws FrameTooLarge when a frame cannot have so many bytes */
  checkSize(bodyBytes: number): void {
    const maxFrameBytes = this.#maxFrameBytes;
    if (bodyBytes <= maxFrameBytes) return;
    const whose = maxFrameBytes < this.#ownMaxFrameBytes ? "the peer takes" : "a frame may have";
    throw new FrameTooLarge(
      `the message has ${bodyBytes} bytes and ${whose} ${maxFrameBytes} (limit maxFrameBytes)`,
    );
  }

  /** Whether frames wait for {@link flush}. */
  get isPending(): boolean {
    return this.#count !== 0;
  }

  /** Bytes of the frames that wait for {@link flush}, headers included. */
  get pendingBytes(): number {
    const { lateBytes } = this.traffic;
    return this.#count === 0 ? lateBytes : this.#to - this.#from + lateBytes;
  }

  /** Whether a frame is being encoded at this moment: no other may begin. */
  get isEncoding(): boolean {
    return this.#isOpen;
  }

  /**
   * Frames can leave from now on; those that were held leave at once.
   * @param onPending called when a frame was committed to an empty batch
   */
  attach(link: Link, onPending: () => void): void {
    this.#link = link;
    this.#onPending = onPending;
    if (this.#held === undefined) return;
    this.#held = undefined;
    this.flush();
  }

  /**
   * There is no link any more. Drops frames that have not left, and keeps later frames for the next link.
   * @param onOverflow called once, later, when more than `maxBytes` wait
   */
  hold(maxBytes: number, onOverflow: () => void): void {
    this.#link = undefined;
    this.#count = 0;
    this.#dropLate();
    // The lost link may still have the old memory.
    this.#renew();
    this.#held = { maxBytes, onOverflow, hasOverflowed: false };
  }

  /** Drops frames that are held: they are not for the peer of the next link. */
  drop(): void {
    this.#restart();
  }

  /** Drops frames that have not left, and all frames that are committed later. */
  detach(): void {
    this.#link = undefined;
    this.#held = undefined;
    this.#dropLate();
    this.#restart();
  }

  /**
   * Position for the body of the next frame, with room for a message head. Every `begin` is followed by a `commit` or
   * a `discard`.
   * @throws Error while another frame is being encoded; see {@link isEncoding}
   */
  begin(): number {
    const { writer } = this;
    if (this.#isOpen) throw new Error("two frames cannot be encoded at once");
    this.#isOpen = true;
    const position = this.#to + this.#headerBytes;
    writer.depth = 0;
    if (position + headRoom > writer.limit) writer.grow(position, headRoom);
    return position;
  }

  /**
   * Counts the frame that was written from {@link begin} to `end`.
   * @returns bytes of its body
   * @throws FrameTooLarge when it is larger than a frame may be; nothing is committed then
   */
  commit(end: number): number {
    const { writer } = this;
    const headerBytes = this.#headerBytes;
    const bodyBytes = end - this.#to - headerBytes;
    this.#isOpen = false;
    if (bodyBytes > this.#maxFrameBytes) this.checkSize(bodyBytes);
    if (headerBytes !== 0) this.#framing.writeHeader(writer.buffer, this.#to, bodyBytes);
    this.#ends[this.#count] = end;
    this.#count += 1;
    this.#to = end;
    if (this.#count === 1) this.traffic.beginBatch();
    if (end - this.#from >= fullBatch) this.flush(true);
    else if (this.#count === 1) this.#onPending();
    return bodyBytes;
  }

  /**
   * {@link commit} for a frame whose order among others is free: a large one lets small ones pass.
   * @throws FrameTooLarge as {@link commit}
   */
  commitFree(end: number): void {
    const { writer } = this;
    const headerBytes = this.#headerBytes;
    const link = this.#link;
    const from = this.#to;
    const bodyBytes = end - from - headerBytes;
    if (bodyBytes < fullBatch || link === undefined) {
      this.commit(end);
      return;
    }
    this.#isOpen = false;
    if (bodyBytes > this.#maxFrameBytes) this.checkSize(bodyBytes);
    if (headerBytes !== 0) this.#framing.writeHeader(writer.buffer, from, bodyBytes);
    const { buffer: memory } = writer;
    const count = this.#count;
    const batchBytes = from - this.#from;
    this.#count = 0;
    if (count !== 0) link.send(memory, this.#from, this.#ends, count);
    this.#late.push({ memory, from, to: end, overtaken: 0 });
    this.traffic.lateBytes += end - from;
    this.#renew();
    if (this.#late.length === 1) this.#onPending();
    if (count === 0) this.traffic.checkFull(true);
    else this.traffic.endBatch(count, batchBytes, true);
  }

  /** Forgets what was written since {@link begin}. */
  discard(): void {
    this.#isOpen = false;
  }

  /**
   * Gives the batch to the link. Without one it is dropped, or kept; see {@link hold}.
   * @param isCommit whether a commit flushes: an observer learns of it later
   */
  flush(isCommit = false): void {
    if (this.#count !== 0) this.#flushBatch(isCommit);
    if (this.#late.length === 0) return;
    this.#flushLate(false, isCommit);
    this.#noteDrain();
  }

  /**
   * Whether a drain is to be reported that the link does not report: large frames have waited, and the link holds
   * nothing now. Senders may have waited for them.
   */
  takeDrain(): boolean {
    const hasDrained = this.#hasDrained;
    this.#hasDrained = false;
    return hasDrained;
  }

  /** Gives everything to the link, large frames too. Used before a message that ends the connection of these. */
  flushAll(): void {
    if (this.#late.length !== 0) {
      this.#flushLate(true);
      this.#noteDrain();
    }
    this.flush();
  }

  /**
   * The link has passed on what it held.
   * @returns whether the link has got more since: it then reports another drain
   */
  onDrain(): boolean {
    if (this.#late.length === 0) return false;
    this.#flushLate(false);
    return this.#late.length !== 0 || (this.#link?.bufferedBytes ?? 0) > 0;
  }

  /** Large frames leave while the link holds nothing, so that small ones wait for one of them at most. */
  #flushLate(isAll: boolean, isCommit = false): void {
    const { traffic } = this;
    // An observer of a batch may end the session, which drops what is late.
    for (let [first] = this.#late; first !== undefined; [first] = this.#late) {
      const link = this.#link;
      if (link === undefined) return;
      const { memory, from, to, overtaken } = first;
      const bytes = to - from;
      if (!isAll && overtaken < bytes && link.bufferedBytes > 0) return;
      this.#late.shift();
      traffic.lateBytes -= bytes;
      traffic.beginBatch();
      link.send(memory, from, [to], 1);
      traffic.endBatch(1, bytes, isCommit);
    }
  }

  /** The owner looks at {@link takeDrain} after its next flush. */
  #noteDrain(): void {
    if (this.#late.length !== 0 || this.#link === undefined || this.#link.bufferedBytes > 0) return;
    this.#hasDrained = true;
    this.#onPending();
  }

  #dropLate(): void {
    this.#late = [];
    this.traffic.lateBytes = 0;
  }

  #flushBatch(isCommit: boolean): void {
    const { writer } = this;
    const count = this.#count;
    if (this.#link === undefined) {
      this.#keep();
      return;
    }
    this.#count = 0;
    const bytes = this.#to - this.#from;
    const [late] = this.#late;
    if (late !== undefined) late.overtaken += bytes;
    const reusable = this.#link.send(writer.buffer, this.#from, this.#ends, count);
    if (reusable && writer.limit <= keptCapacity) {
      this.#rewind();
    } else if (reusable || writer.limit - this.#to < worthwhileRest) {
      this.#renew();
    } else {
      this.#from = this.#to;
      writer.keep = this.#to;
    }
    this.traffic.endBatch(count, bytes, isCommit);
  }

  /** Keeps or drops a batch while there is no link. */
  #keep(): void {
    const held = this.#held;
    if (held === undefined) {
      this.#restart();
    } else if (this.#to > held.maxBytes && !held.hasOverflowed) {
      held.hasOverflowed = true;
      // The caller of `commit` is in the middle of its work.
      queueMicrotask(held.onOverflow);
    }
  }

  #rewind(): void {
    this.#from = 0;
    this.#to = 0;
    this.writer.keep = 0;
  }

  #renew(): void {
    const { writer } = this;
    const capacity = Math.min(writer.limit, fullBatch);
    writer.buffer = new Uint8Array(capacity);
    writer.view = new DataView(writer.buffer.buffer);
    writer.limit = capacity;
    this.#rewind();
  }

  #restart(): void {
    this.#count = 0;
    this.#rewind();
  }
}
