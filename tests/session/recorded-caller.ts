/** Does what the notes of a transcript say that the recorded application did: calls, channels, connections. */
import { type Caller, channel, type Metadata, type Rx, type Tx } from "@voxrpc/runtime";
import type { Session } from "@voxrpc/runtime/link";
import type { Parity } from "../../packages/runtime/src/session/parity.js";
import { type AnyMethod, back, callOf, methodNamed } from "./recorded-application.js";
import { metadataOf, type Role, type Step, type Transcript } from "./recorded-steps.js";

const streamingCall = /^calls (count|sum|first|echo|crash)\(([^)]*)\)(.*)$/;

/** How something of ours ended, beside how it ended in the record. */
export interface Ending {
  readonly what: string;
  readonly own: string | undefined;
  readonly recorded: string;
}

/** The application of one side. */
export class RecordedCaller {
  session: Session | undefined = undefined;
  private readonly transcript: Transcript;
  private readonly role: Role;
  private readonly steps: readonly Step[];
  private readonly controllers: AbortController[] = [];
  /** How calls and opens ended, by their texts, in the order in which they did. */
  private readonly results = new Map<string, string[]>();
  /** Callers of the virtual connections, by id. */
  private readonly opened = new Map<number, Caller>();
  private readonly receivers: Rx<unknown>[] = [];
  private readonly senders: Tx<unknown>[] = [];
  /** Items and ends in the order in which they were received. */
  private readonly received: string[] = [];

  /** @param steps those of the link that is replayed */
  constructor(transcript: Transcript, role: Role, steps: readonly Step[]) {
    this.transcript = transcript;
    this.role = role;
    this.steps = steps;
  }

  /** Acts as `note` says. @param index its place among the steps. @returns whether the side leaves now */
  act(note: string, index: number): boolean {
    const last = note === "drops its last caller" || note.startsWith("everybody leaves");
    if (streamingCall.test(note)) this.stream(note, index);
    else if (note.startsWith("calls ")) this.call(note, index);
    else if (note === "drops the call") this.controllers.at(-1)?.abort();
    else if (note.startsWith("session.shutdown()")) this.session?.abort();
    else if (/^(?:the guest )?opens (?!gate)/.test(note)) this.open(note, index);
    else if (note.startsWith("tries close(0)")) this.tryRefused();
    else if (/^closes (?:connection \d|it$|the )/.test(note)) this.closeConnection(note, index);
    else if (/^drops (?:its|the virtual connection's) client|^drops the (?:first|second)$/.test(note))
      this.dropConnection(note);
    else if (/^receives/.test(note)) void this.receive(this.receivers.at(-1));
    else if (/^reads the (first|second)/.test(note))
      void this.readAll(this.receivers[note.includes("first") ? 0 : 1]);
    else if (/^sends /.test(note)) void this.send(note);
    else if (/^(?:closes|drops) (?:items|input)$/.test(note)) void this.senders.at(-1)?.close();
    else if (/^drops (?:out|the receiver)$/.test(note)) this.receivers.at(-1)?.cancel();
    else if (/^drops the (?:last caller of the root|call and the last caller)/.test(note)) this.leaveRoot();
    else if (!last) return false;
    return last;
  }

  /** Reads the newest stream to its end. */
  readRest(): void {
    void this.readAll(this.receivers.at(-1));
  }

  /** What calls, opens and receivers came to, beside the record. */
  *endings(): Generator<Ending> {
    for (const [text, actual] of this.results) {
      for (const [index, recorded] of this.recordedOf(text).entries())
        yield { what: text, own: actual[index], recorded };
    }
    const recorded = this.recordedItems();
    for (const [index, text] of recorded.entries())
      yield { what: "received", own: this.received[index], recorded: text };
  }

  private recordedOf(text: string): string[] {
    return this.transcript.outcome.flatMap((entry) => {
      const isOurs = entry.who === this.role || entry.who === "guest";
      return isOurs && entry.text.startsWith(`${text} -> `)
        ? [codeOf(entry.text.slice(text.length + 4))]
        : [];
    });
  }

  /** Like `item 1`, `end`, or a number of items and their sum. */
  private recordedItems(): string[] {
    const texts = this.transcript.outcome.flatMap(({ who, text }) => {
      if (who !== this.role) return [];
      const one = /\.recv\(\) -> (?:Ok\((.*)\)|(.*))$/.exec(text);
      if (one !== null)
        return [(one[1] ?? one[2] ?? "").replace(/^Some\("?(.*?)"?\)$/, "item $1").replace("None", "end")];
      const all = /: (\d+ items, sum \d+), then (.*)$/.exec(text);
      return all === null ? [] : [all[1] ?? "", all[2] ?? ""];
    });
    // Sums are written out by us, too.
    for (const text of texts) if (/^\d+ items/.test(text)) this.sumUp(Number.parseInt(text, 10));
    return texts;
  }

  /** Puts the sum of the next `n` items in their place. */
  private sumUp(n: number): void {
    const start = this.received.findIndex((text) => text.startsWith("item "));
    const items =
      start < 0 ? [] : this.received.slice(start, start + n).filter((text) => text.startsWith("item "));
    const sum = items.reduce((all, text) => all + Number(text.slice(5)), 0);
    const at = start < 0 ? this.received.indexOf("end") : start;
    this.received.splice(at, items.length, `${items.length} items, sum ${sum}`);
  }

  private note(text: string, ending: string): void {
    this.results.set(text, [...(this.results.get(text) ?? []), ending]);
  }

  private watch(text: string, ending: Promise<unknown>): void {
    ending.then(
      () => this.note(text, "Ok"),
      (error: { readonly code?: string }) => this.note(text, error.code ?? String(error)),
    );
  }

  private recordedStep(index: number, type: string): Step | undefined {
    return this.steps
      .slice(index)
      .find(({ from, by, message }) => from === this.role && by === undefined && message?.type === type);
  }

  /** The caller of the connection on which the recorded call was made. */
  private callerOf(recorded: Step | undefined): Omit<Caller, "connection"> {
    const id = recorded?.message?.connection ?? 0;
    const caller = id === 0 ? this.session?.driver : this.opened.get(id);
    if (caller === undefined) throw new Error(`${this.transcript.name}: no connection ${id} to call on`);
    return caller;
  }

  private call(note: string, index: number): void {
    const { method, args } = callOf(note);
    // The recorded application read what was left when the connection had been closed.
    if (this.transcript.name === "virtual_closed_by_server" && note.includes("add("))
      void this.readAll(this.receivers.at(-1));
    const ending = this.start(note.slice("calls ".length), method, args, index);
    if (this.transcript.name === "virtual_even_opener" && note.includes("add(3, 4)"))
      void ending.then(() => this.opened.get(1)?.connection.close());
  }

  private start(text: string, method: AnyMethod, args: readonly unknown[], index: number): Promise<void> {
    const recorded = this.recordedStep(index, "Call");
    const caller = this.callerOf(recorded);
    const controller = new AbortController();
    this.controllers.push(controller);
    const call = caller.tryCall(method, args as never, {
      signal: controller.signal,
      metadata: this.metadataOf(recorded),
    });
    return call.then(
      (result) => this.note(text, result.ok ? "Ok" : result.error.code),
      (error: unknown) => this.note(text, String(error)),
    );
  }

  /** Entries that the recorded application gave: those of the runtime itself only where it did. */
  private metadataOf(recorded: Step | undefined): Metadata | undefined {
    const { name } = this.transcript;
    const entries = recorded?.message?.metadata ?? [];
    const isExplicit = /^(operation_|idempotent_repeated)/.test(name) || isChosenId(entries);
    if (isExplicit) return metadataOf(entries);
    return name === "metadata_call" || name === "proxy"
      ? metadataOf(entries.filter(({ key }) => !key.startsWith("vox-")))
      : undefined;
  }

  private stream(note: string, index: number): void {
    const [, name = "", parameters = "", rest = ""] = streamingCall.exec(note) ?? [];
    const args = parameters.split(", ").map((text) => {
      if (/^\d+$/.test(text)) return Number(text);
      const { tx, rx } = channel<unknown>();
      const isReceived = /^(?:out|tx|out_tx|tx1|tx2)$/.test(text);
      if (isReceived) this.receivers.push(rx);
      else this.senders.push(tx);
      return isReceived ? tx : rx;
    });
    const ending = this.start(`${name}(${parameters})`, methodNamed(name), args, index);
    const rx = this.receivers.at(-1);
    const isRead = /to the end|is read/.test(rest) || name === "echo";
    if (isRead || this.transcript.name === "stream_error_ends_channel") void this.readAll(rx);
    if (rest.includes("only when it has failed")) void ending.then(() => this.readAll(rx));
    const range = /sends (\d+) to (\d+), closes/.exec(rest);
    if (range !== null) void this.sendRange(Number(range[1]), Number(range[2]));
  }

  private async sendRange(from: number, to: number): Promise<void> {
    const tx = this.senders.at(-1);
    for (let value = from; value <= to; value++) await tx?.send(value);
    await tx?.close();
  }

  private async send(note: string): Promise<void> {
    const tx = this.senders.at(-1);
    const [, number, text] = /^sends (?:(\d+)|"(.*)")/.exec(note) ?? [];
    const value = number === undefined ? text : Number(number);
    if (tx === undefined) return;
    this.watch(`items.send(${value})`, tx.send(value));
    if (!note.includes("closes with metadata")) return;
    await tx.close();
    this.watch("items.send(6)", tx.send(6));
  }

  private async receive(rx: Rx<unknown> | undefined): Promise<boolean> {
    try {
      const { done, value } = (await rx?.next()) ?? { done: true, value: undefined };
      this.received.push(done === true ? "end" : `item ${String(value)}`);
      return done !== true;
    } catch (error) {
      this.received.push((error as { readonly code?: string }).code ?? String(error));
      return false;
    }
  }

  private async readAll(rx: Rx<unknown> | undefined): Promise<void> {
    if (rx === undefined) return;
    while (await this.receive(rx));
  }

  private open(note: string, index: number): void {
    const open = this.recordedStep(index, "ConnectionOpen");
    const settings = open?.message?.connection_settings;
    const id = open?.message?.connection;
    if (settings === undefined || id === undefined || this.session === undefined)
      throw new Error(`${this.transcript.name}: nothing is opened at "${note}"`);
    const opening = this.session.opener.openCaller(
      {
        parity: settings.parity as Parity,
        maxConcurrentRequests: settings.max_concurrent_requests,
        initialChannelCredit: settings.initial_channel_credit,
      },
      metadataOf(open?.message?.metadata ?? []),
      { serve: note.includes("serves Back") ? back("client") : undefined },
    );
    this.watch("open", opening);
    opening.then(
      (caller) => this.opened.set(id, caller),
      () => {},
    );
  }

  private closeConnection(note: string, index: number): void {
    const recorded = this.recordedStep(index, "ConnectionClose");
    const id = recorded?.message?.connection ?? 0;
    const metadata = metadataOf(recorded?.message?.metadata ?? []);
    this.watch("close", new Promise<void>((resolve) => resolve(this.session?.closeConnection(id, metadata))));
    // What the recorded application called on a connection that was closed is called here, too.
    if (this.transcript.name !== "virtual_by_client") return;
    const caller = this.opened.get(id);
    const call = caller?.call(methodNamed("add"), [3, 4] as never);
    if (call !== undefined) this.watch("add(3, 4) on the closed connection", call);
    else throw new Error(`${this.transcript.name}: "${note}" closes nothing`);
  }

  private dropConnection(note: string): void {
    const callers = [...this.opened.values()];
    const caller = note.endsWith("first") ? callers[0] : callers.at(-1);
    void caller?.connection.close();
  }

  /** What still arrives on the root is read, and keeps the session. */
  private leaveRoot(): void {
    void this.readAll(this.receivers.at(-1));
    void this.session?.closeWhenIdle();
  }

  private tryRefused(): void {
    for (const id of [0, 9])
      this.watch(`close(${id})`, new Promise<void>((resolve) => resolve(this.session?.closeConnection(id))));
    const settings = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 0 } as const;
    const opening = this.session?.opener.openCaller(settings, metadataOf([]));
    if (opening !== undefined) this.watch("open with credit 0", opening);
  }
}

/** The recorded application chose the operation id itself: the runtime's own count from 1. */
function isChosenId(entries: NonNullable<NonNullable<Step["message"]>["metadata"]>): boolean {
  return entries.some(({ key, value }) => key === "vox-operation-id" && value.U64 === "71");
}

/** `Ok`, or the code of an error, of an outcome like `Err(User(…))`. */
function codeOf(text: string): string {
  if (text.includes("structural mismatch: remote is `()`")) return "Narrow";
  if (text.startsWith("connection ")) return "Ok";
  return text.startsWith("Ok") ? "Ok" : (/^(?:Err\()?(\w+)/.exec(text)?.[1] ?? text);
}
