/**
 * One stream as the model knows it: items are received as they were sent, each once and in order, and the end comes
 * behind the last of them.
 */
import type { Rx, Tx } from "@voxrpc/runtime";
import type { Journal } from "./journal.js";
import type { ModelCall } from "./model-call.js";

interface Sent<T> {
  readonly item: T;
  state: "waiting" | "sent" | "failed";
}

/** A stream of whatever items. */
export type AnyFlow = Flow<never>;

/** More reads than this are not under way at once. */
const mostReads = 3;

export class Flow<T> {
  readonly name: string;
  /** The call that it belongs to; set before anything happens. */
  call: ModelCall | undefined = undefined;
  /** The ends, as soon as somebody has them. */
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
  /** It was closed because the handler is through, which takes a moment. */
  private isClosedByHandler = false;
  private isCancelled = false;
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
    return this.tx !== undefined && this.waiting < 8;
  }

  get canRead(): boolean {
    return this.rx !== undefined && this.reads < mostReads && this.ended === undefined;
  }

  /** Nobody waits for anything. */
  get isOver(): boolean {
    return this.reads === 0 && this.waiting === 0;
  }

  /** What is left of it, in words. */
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

  close(): void {
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

  /** The handler is through: its own end of the stream is ended for it. */
  onAnswered(): void {
    if (this.isHandlersTx) {
      this.isClosedByHandler ||= !this.isClosed;
      this.isClosed = true;
    } else {
      this.isCancelled = true;
    }
  }

  /** What holds when everything has happened: the sender is not too far ahead, and a good end is behind all items. */
  check(): void {
    if (this.hasEndedWell && this.left !== this.received && !this.isCancelled && !this.mayFail)
      this.journal.wrong(`${this.label} ended behind ${this.received} items of ${this.left}`);
    if (this.left > this.received + this.credit && !this.isCancelled)
      this.journal.wrong(
        `${this.label}: ${this.left} left and ${this.received} taken, with ${this.credit} allowed`,
      );
  }

  private bind(end: Tx<T> | Rx<T>): void {
    if ("next" in end) this.rx = end;
    else this.tx = end;
  }

  private onItem(item: T): void {
    this.journal.count("item");
    if (this.ended !== undefined) this.journal.wrong(`${this.label}: ${item} came behind its end`);
    const expected = this.sends[this.received];
    this.received += 1;
    if (expected === undefined) this.journal.wrong(`${this.label}: ${item} came and was never sent`);
    else if (expected.item !== item)
      this.journal.wrong(`${this.label}: ${item} came and not ${expected.item}`);
  }

  private onEnd(how: string): void {
    if (this.ended === undefined) this.journal.count(`stream ${how}`);
    this.ended ??= how;
    if (this.isCancelled || this.mayFail) return;
    if (how !== "end") {
      this.journal.wrong(`${this.label} ended with ${how}`);
      return;
    }
    if (!this.isClosed) this.journal.wrong(`${this.label} has ended, and nobody closed it`);
    this.hasEndedWell = true;
  }

  private checkSendError(code: string): void {
    if (this.mayFail) return;
    const isRight = code === "ChannelReset" ? this.isCancelled : code === "ChannelClosed" && this.isClosed;
    if (!isRight) this.journal.wrong(`${this.label}: a send failed with ${code}`);
  }
}
