/**
 * One stream as the model knows it: items are received as they were sent, each once and in order, and the end comes
 * behind the last of them. A stream that was given up, or cut, never looks finished, whatever becomes of its call.
 */
import type { Rx, Tx } from "@voxrpc/runtime";
import type { Journal } from "./journal.js";
import type { Answer, ModelCall } from "./model-call.js";
import { ModelSource } from "./source.js";

interface Sent<T> {
  readonly item: T;
  /**
   * `given`: by the source of a `sendAll`, which says nothing of single items. `doubtful`: that `sendAll` has failed,
   * before or after the item left.
   */
  state: "waiting" | "given" | "sent" | "doubtful" | "failed";
}

/** What sources fail with. */
const sourceFailure = new Error("the source has failed");

/** A stream of whatever items. */
export type AnyFlow = Flow<never>;

/** More reads than this are not under way at once. */
const mostReads = 3;

export class Flow<T> {
  readonly name: string;
  /** The call that it belongs to; set before anything happens. */
  call: ModelCall | undefined = undefined;
  /** The ends, as soon as a side has them. */
  tx: Tx<T> | undefined = undefined;
  rx: Rx<T> | undefined = undefined;
  private readonly journal: Journal;
  /** Items that the receiver lets the sender be ahead. */
  private readonly credit: number;
  private readonly makeItem: (index: number) => T;
  private readonly sends: Sent<T>[] = [];
  private made = 0;
  private left = 0;
  private received = 0;
  private reads = 0;
  /** Whether the application at that end has ended it. */
  private isClosed = false;
  /** It was closed because the handler has returned, which takes a moment. */
  private isClosedByHandler = false;
  private isCancelled = false;
  /** The sender has given it up, or its handler has failed. */
  private isGivenUp = false;
  /** What is sent by a `sendAll`, and whether that is under way. */
  private source: ModelSource<T> | undefined = undefined;
  private isSendingAll = false;
  /** Items of it that have left. */
  private confirmed = 0;
  /** Checks since the channel has ended for its sender. */
  private checksSinceEnd: number | undefined = undefined;
  private ended: string | undefined = undefined;
  private hasEndedWell = false;
  /** Whether the handler sends on it; else the caller does. */
  private isHandlersTx = false;

  constructor(name: string, credit: number, makeItem: (index: number) => T, journal: Journal) {
    this.name = name;
    this.credit = credit;
    this.makeItem = makeItem;
    this.journal = journal;
  }

  get canSend(): boolean {
    return this.tx !== undefined && this.waiting < 8 && !this.isSendingAll;
  }

  /** Whether a `sendAll` waits for the scheduler. */
  get canGive(): boolean {
    return this.source?.isAsked === true;
  }

  get canRead(): boolean {
    return this.rx !== undefined && this.reads < mostReads && this.ended === undefined;
  }

  /** No side waits for anything. */
  get isOver(): boolean {
    return this.reads === 0 && this.waiting === 0 && !this.isSendingAll;
  }

  /** What is left of it, as text. */
  get state(): string {
    const { made, left, received, reads, waiting, ended } = this;
    return `${this.label}: ${made} made, ${left} left, ${waiting} wait, ${received} received, ${reads} reads, ${ended}`;
  }

  private get label(): string {
    return `${this.name} of ${this.call?.name}`;
  }

  private get waiting(): number {
    return this.sends.filter(({ state }) => state === "waiting").length;
  }

  /** Whether it may end otherwise than by its own two ends. */
  private get mayFail(): boolean {
    return this.call?.mayFail === true;
  }

  send(): void {
    const { tx } = this;
    if (tx === undefined) return;
    const sent: Sent<T> = { item: this.makeItem(this.made), state: "waiting" };
    this.made += 1;
    this.sends.push(sent);
    const wasOpen = !this.isClosed || this.isClosedByHandler;
    this.journal.note(`send ${sent.item} on ${this.label}`);
    tx.send(sent.item).then(
      () => {
        sent.state = "sent";
        this.left += 1;
        if (!wasOpen) this.journal.wrong(`${this.label}: sent behind its end`);
      },
      (error: { readonly code?: string }) => {
        sent.state = "failed";
        this.journal.count(`send ${error.code}`);
        this.checkSendError(error.code ?? String(error));
      },
    );
  }

  trySend(): void {
    const { tx } = this;
    if (tx === undefined) return;
    const item = this.makeItem(this.made);
    const came = tx.trySend(item);
    this.journal.count(`trySend ${came}`);
    this.journal.note(`trySend ${item} on ${this.label}: ${came}`);
    if (came !== "sent") return;
    this.made += 1;
    this.left += 1;
    this.sends.push({ item, state: "sent" });
    if (this.isClosed && !this.isClosedByHandler) this.journal.wrong(`${this.label}: sent behind its end`);
  }

  /** Sends what a source gives from now on. */
  sendAll(): void {
    const { tx } = this;
    if (tx === undefined) return;
    this.journal.note(`sendAll on ${this.label}`);
    const source = new ModelSource<T>(() => this.confirm());
    this.source = source;
    this.confirmed = 0;
    this.isSendingAll = true;
    const over = (how: string): void => {
      this.isSendingAll = false;
      this.journal.note(`sendAll on ${this.label}: ${how}`);
      this.journal.count(`sendAll ${how}`);
    };
    tx.sendAll(source).then(
      (sent) => {
        over("resolved");
        if (sent === this.confirmed + 1) this.confirm();
        this.dropGiven();
        if (sent !== this.confirmed) this.journal.wrong(`${this.label}: sendAll says ${sent}`);
        if (!source.isOver || (source.isLetGo && !this.isCancelled && !this.mayFail))
          this.journal.wrong(`${this.label}: sendAll is over, its source is not`);
      },
      (error: { readonly code?: string }) => {
        over(error.code ?? String(error));
        this.dropGiven("doubtful");
        if (error === sourceFailure) return;
        if (!source.isOver) this.journal.wrong(`${this.label}: sendAll has failed, its source is kept`);
        this.checkSendError(error.code ?? String(error));
      },
    );
  }

  /** The source of a `sendAll` gives an item, fails, or has no more. */
  give(what: "item" | "failure" | "end"): void {
    const { source } = this;
    if (source?.isAsked !== true) return;
    this.journal.note(`the source on ${this.label} gives ${what}`);
    if (what === "item") {
      const item = this.makeItem(this.made);
      this.made += 1;
      this.sends.push({ item, state: "given" });
      source.give(item);
    } else if (what === "failure") {
      // As `abort` does: a Close that waits for credit may be overtaken.
      this.isGivenUp = true;
      source.fail(sourceFailure);
    } else {
      this.isClosed = true;
      source.finish();
    }
  }

  abort(): void {
    const { tx } = this;
    if (tx === undefined) return;
    this.journal.note(`abort ${this.label}`);
    this.isGivenUp = true;
    void tx.abort(sourceFailure);
  }

  close(): void {
    if (this.isSendingAll) {
      this.give("end");
      return;
    }
    if (this.tx === undefined || this.isClosed) return;
    this.journal.note(`close ${this.label}`);
    this.isClosed = true;
    void this.tx.close();
  }

  cancel(): void {
    if (this.rx === undefined) return;
    this.journal.note(`leave ${this.label}`);
    this.isCancelled = true;
    this.rx.cancel();
  }

  read(): void {
    const { rx } = this;
    if (rx === undefined) return;
    this.reads += 1;
    rx.next().then(
      ({ done, value }) => {
        this.reads -= 1;
        if (done === true) this.onEnd("end");
        else this.onItem(value);
      },
      (error: { readonly code?: string }) => {
        this.reads -= 1;
        this.onEnd(error.code ?? String(error));
      },
    );
  }

  /** The caller keeps this end of it. */
  bindCaller(end: Tx<T> | Rx<T>): void {
    this.isHandlersTx = "next" in end;
    this.bind(end);
  }

  /** The handler has got the other end. */
  bindHandler(end: unknown): void {
    this.bind(end as Tx<T> | Rx<T>);
  }

  /** The handler has returned: its own end of the stream is ended for it. */
  onAnswered({ kind }: Answer): void {
    if (this.isHandlersTx && kind !== "ok") {
      this.isGivenUp ||= !this.isClosed;
    } else if (this.isHandlersTx) {
      this.isClosedByHandler ||= !this.isClosed;
      this.isClosed = true;
    } else {
      this.isCancelled = true;
    }
  }

  /**
   * The invariants when everything has happened: the sender is not too far ahead, and a good end is behind all items.
   */
  check(): void {
    if (this.checksSinceEnd !== undefined) this.checksSinceEnd += 1;
    if (this.isSendingAll && (this.checksSinceEnd ?? 0) > 1)
      this.journal.wrong(`${this.label} has ended, and its sendAll has not heard of it`);
    if (this.hasEndedWell && this.left !== this.received && !this.isCancelled)
      this.journal.wrong(`${this.label} ended behind ${this.received} items of ${this.left}`);
    if (this.left > this.received + this.credit && !this.isCancelled)
      this.journal.wrong(
        `${this.label}: ${this.left} left and ${this.received} taken, with ${this.credit} allowed`,
      );
  }

  private bind(end: Tx<T> | Rx<T>): void {
    if ("next" in end) this.rx = end;
    else this.bindTx(end);
  }

  private bindTx(tx: Tx<T>): void {
    this.tx = tx;
    void tx.closed.then(() => {
      this.checksSinceEnd = 0;
    });
  }

  /** The item that a source gave last has left. */
  private confirm(): void {
    const last = this.sends.at(-1);
    if (last?.state !== "given") return;
    last.state = "sent";
    this.left += 1;
    this.confirmed += 1;
  }

  /** The item that a source gave last will not leave, unless it has left already. */
  private dropGiven(state: "doubtful" | "failed" = "failed"): void {
    const last = this.sends.at(-1);
    if (last?.state !== "given") return;
    const hasCome = this.received === this.sends.length;
    last.state = hasCome ? "sent" : state;
    if (hasCome) this.left += 1;
  }

  private onItem(item: T): void {
    this.journal.count("item");
    if (this.ended !== undefined) this.journal.wrong(`${this.label}: ${item} came behind its end`);
    const expected = this.sends[this.received];
    this.received += 1;
    if (expected === undefined) this.journal.wrong(`${this.label}: ${item} came and was never sent`);
    else if (expected.item !== item)
      this.journal.wrong(`${this.label}: ${item} came and not ${expected.item}`);
    else if (expected.state === "doubtful") {
      expected.state = "sent";
      this.left += 1;
    }
  }

  private onEnd(how: string): void {
    if (this.ended === undefined) this.journal.count(`stream ${how}`);
    this.ended ??= how;
    if (this.isCancelled) return;
    if (how !== "end") {
      if (!this.mayFail && !(this.isGivenUp && how === "ChannelReset"))
        this.journal.wrong(`${this.label} ended with ${how}`);
      return;
    }
    if (!this.isClosed) this.journal.wrong(`${this.label} looks finished, and its sender did not close it`);
    this.hasEndedWell = true;
  }

  private checkSendError(code: string): void {
    if (this.mayFail) return;
    const isRight =
      code === "ChannelReset"
        ? this.isCancelled
        : code === "ChannelClosed" && (this.isClosed || this.isGivenUp);
    if (!isRight) this.journal.wrong(`${this.label}: a send failed with ${code}`);
  }
}
