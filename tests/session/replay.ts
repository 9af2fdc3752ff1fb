/** Plays one side of a recorded session and compares every frame that it sends. See `session.README.md`. */
import { Metadata, virtualConnections } from "@voxrpc/runtime";
import {
  type AcceptSessionOptions,
  acceptSession,
  type OpenSessionOptions,
  openSession,
  reconnecting,
  type Session,
  SessionRegistry,
} from "@voxrpc/runtime/link";
import { memoryOperationStore } from "@voxrpc/runtime/store";
import { FakeClock, type MemoryLink, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { encodeHandshakeMessage } from "../../packages/runtime/src/handshake/handshake-messages.js";
import { decodeHandshakeMessage } from "../../packages/runtime/src/handshake/read-messages.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import {
  decodeMessage,
  MessageHead,
  MessageKind,
  RequestBody,
} from "../../packages/runtime/src/wire/message.js";
import { messageSchemas } from "../../packages/runtime/src/wire/message-schemas.js";
import { fromHex, toHex } from "../support/golden-values.js";
import { RawPeer } from "../support/raw-peer.js";
import { readGolden } from "../support/report.js";
import { type Application, makeApplication } from "./recorded-application.js";
import { RecordedCaller } from "./recorded-caller.js";
import { metadataOf, type Role, type Step, type Transcript } from "./recorded-steps.js";

/** How a replay came to differ. */
export type DifferenceKind =
  | "root" // the response schemas of another root
  | "text" // another text of an InvalidPayload
  | "missing" // a recorded frame was not sent
  | "extra" // a frame was sent that is not recorded
  | "other" // another frame in its place
  | "end" // the link ended at another time
  | "result"; // a call ended otherwise

export interface Difference {
  readonly kind: DifferenceKind;
  readonly text: string;
}

const blobs = readGolden<readonly unknown[] | Readonly<Record<string, string>>>("session.blobs.json");
const schemaBlob = (blobs as Readonly<Record<string, string>>)["message_schemas"] ?? "";

function hexOf(step: Step): string {
  return step.hex ?? (step.hex_template ?? "").replaceAll("{message_schemas}", schemaBlob);
}

const keepalive = { intervalMs: 40, timeoutMs: 100 };

function isPing(step: Step): boolean {
  return step.message?.type === "Ping";
}

/** Replays a transcript with our session in the place of `role`. */
export async function replay(transcript: Transcript, role: Role): Promise<Difference[]> {
  const run = new Replay(transcript, role);
  try {
    await run.play();
    run.finish();
  } finally {
    await run.dispose();
  }
  return run.differences;
}

class Replay {
  readonly differences: Difference[] = [];
  private readonly steps: readonly Step[];
  private readonly name: string;
  /** Whether all links of the record are replayed, one after the other. */
  private readonly spansLinks: boolean;
  private readonly role: Role;
  /** The other ends of the links so far, by their numbers; the last is the newest. */
  private readonly peers: RawPeer[] = [];
  private readonly cuts: (() => void)[] = [];
  /** Of the step at hand. */
  private link = 0;
  private readonly clock = new FakeClock();
  /** The acceptor's; undefined for one that keeps no sessions. */
  private registry: SessionRegistry | undefined;
  /** Keys that our acceptor gave, by their names in the record. */
  private readonly keys = new Map<string, string>();
  private readonly options: AcceptSessionOptions & OpenSessionOptions;
  private readonly application: Application;
  private session: Session | undefined = undefined;
  private readonly caller: RecordedCaller;
  /** Of the steps at hand, and those of ours in it that were not seen yet. */
  private group: number | undefined = undefined;
  private readonly expected: Step[] = [];

  constructor(transcript: Transcript, role: Role) {
    this.name = transcript.name;
    // This one holds two links, and each side is ours on one of them.
    const isSecond = transcript.name === "refuse_credit_0_locally" || transcript.name === "proxy";
    const link = isSecond && role === "server" ? 1 : 0;
    this.spansLinks = transcript.name.startsWith("resume_");
    this.steps = transcript.steps.filter(
      (step) => this.spansLinks || step.kind === "app" || (step.link ?? 0) === link,
    );
    this.role = role;
    this.caller = new RecordedCaller(transcript, role, this.steps);
    this.application = makeApplication(transcript.name, responseMetadata(transcript));
    const greeting = this.steps.find(
      (step) => step.from === role && (step.kind === "hello" || step.kind === "hello_yourself"),
    );
    const { max_concurrent_requests: maxConcurrentRequests, initial_channel_credit: initialChannelCredit } =
      greeting?.message?.connection_settings ??
      transcript.settings.links?.[link]?.[role].settings ??
      transcript.settings[role];
    const entries = [...metadataOf(greeting?.message?.metadata ?? [])];
    const named = entries.at(-1)?.key === "vox-service" ? entries.pop() : undefined;
    if (transcript.settings.server_registry === true) this.forget();
    this.options = {
      maxConcurrentRequests,
      initialChannelCredit: this.name === "refuse_credit_0_locally" ? 0 : initialChannelCredit,
      metadata: new Metadata(entries),
      service: named === undefined ? undefined : String(named.value),
      clock: this.clock,
      keepalive: this.isPinging ? keepalive : undefined,
      // The recorded peers keep the answers of all methods.
      operationStore: memoryOperationStore({ clock: this.clock }),
      requireResumable: this.name === "resume_not_offered" && role === "client",
      // The recorded acceptors do not say whether they still have a session, and the recorded client assumes that they
      // do.
      reconnect: this.spansLinks
        ? reconnecting({ open: async () => this.openLink(), jitter: () => 0, assumeResumed: true })
        : undefined,
    };
    this.establish();
  }

  /** The acceptor has no session any more. */
  private forget(): void {
    this.registry = new SessionRegistry({ clock: this.clock });
  }

  /** @returns our end of a new link */
  private openLink(): MemoryLink {
    const [ours, theirs] = memoryLinkPair();
    this.peers.push(new RawPeer(theirs));
    this.cuts.push(() => theirs.abort());
    return ours;
  }

  private establish(): void {
    const { client, server } = this.application;
    const { registry, options } = this;
    const ours = this.openLink();
    const { reconnect: _, ...accepting } = options;
    const establishing =
      this.role === "client"
        ? openSession(ours, { ...options, serve: client, virtualConnections })
        : acceptSession(ours, server, { ...accepting, registry });
    establishing.then(
      (session) => {
        this.session = session;
        this.caller.session = session;
      },
      () => {
        // What became of it shows on the wire.
      },
    );
  }

  /** A step on a link that is not there yet. */
  private async nextLink(): Promise<void> {
    if (this.role === "client") {
      // The recorded application reads on, which is no step.
      this.caller.readRest();
      this.clock.advance(1);
      await settle();
      return;
    }
    if (this.name === "resume_unknown_key" || this.name === "resume_server_gone") this.forget();
    this.establish();
  }

  private get peer(): RawPeer {
    return this.peers[this.link] as RawPeer;
  }

  private cut(): void {
    this.cuts[this.link]?.();
  }

  /** The bytes of a step, with the keys of this run. */
  private bytesOf(step: Step): string {
    let hex = hexOf(step);
    for (const { name, offset, length } of step.random ?? []) {
      const key = this.keys.get(name);
      if (key !== undefined) hex = hex.slice(0, 2 * offset) + key + hex.slice(2 * (offset + length));
    }
    return hex;
  }

  async play(): Promise<void> {
    await settle();
    for (const [index, step] of this.steps.entries()) await this.step(step, index);
  }

  /** Inside a group the two directions do not wait for each other: ours may be ahead of the record or behind it. */
  private async groupStep(step: Step): Promise<void> {
    if (step.from === this.role) this.expected.push(step);
    else this.peer.send(hexOf(step));
    await settle();
    this.matchGroup();
  }

  private matchGroup(): void {
    const { received } = this.peer;
    while (received.length > 0) {
      const [actual] = received;
      const at = this.expected.findIndex((each) => hexOf(each) === actual);
      if (at < 0 || (at > 0 && this.expected[at]?.order !== "any")) return;
      this.expected.splice(at, 1);
      received.shift();
    }
  }

  private endGroup(): void {
    this.group = undefined;
    this.matchGroup();
    for (const step of this.expected.splice(0)) this.differ("missing", describe(hexOf(step)));
    this.expectNothing({ kind: "end of the group" });
  }

  /** Whether our side is the one that asks the other whether it is there. */
  private get isPinging(): boolean {
    return this.steps.some((step) => step.from === this.role && isPing(step) && step.by === undefined);
  }

  private async step(step: Step, index: number): Promise<void> {
    if (this.group !== undefined && step.group !== this.group) this.endGroup();
    if (step.group !== undefined) {
      this.group = step.group;
      await this.groupStep(step);
      return;
    }
    if (this.spansLinks && step.kind !== "app") {
      const { link = 0 } = step;
      if (link === this.peers.length) await this.nextLink();
      this.link = Math.min(link, this.peers.length - 1);
    }
    const isOurs = step.from === this.role;
    if (isOurs && this.isPinging) await this.passTime(step);
    if (step.kind === "app") {
      this.expectNothing(step);
      await this.act(step, index, isOurs);
    } else if (step.kind === "cut") {
      this.expectNothing(step);
      this.cut();
    } else if (!isOurs) {
      this.expectNothing(step);
      if (step.kind === "eof") this.peer.close();
      else if (step.delivered !== false) this.peer.send(this.bytesOf(step));
    } else if (step.by !== "harness") {
      if (step.kind === "eof") this.expectEnd(step);
      else this.expectFrame(step, index);
    }
    await settle();
  }

  finish(): void {
    if (this.group !== undefined) this.endGroup();
    this.expectNothing({ kind: "end of the record" });
    this.expectResults();
  }

  async dispose(): Promise<void> {
    this.session?.abort();
    for (const cut of this.cuts) cut();
    await settle();
    // A session of an acceptor waits for its peer, if it is let.
    if (this.spansLinks) this.clock.advance(120_000);
    await settle();
    if (this.clock.armed !== 0) this.differ("end", `${this.clock.armed} timers are armed after the end`);
  }

  private async act(step: Step, index: number, isOurs: boolean): Promise<void> {
    const note = step.note ?? "";
    if (note === "lets the first run return") this.application.open(1);
    const opened = /^(?:lets \w+\((\d+)\) return|opens gate (\d+)|\(harness\) the gate (opens))/.exec(note);
    if (opened !== null) this.application.open(Number(opened[1] ?? opened[2] ?? 1));
    if (isOurs && this.caller.act(note, index)) await this.drop();
  }

  /** A side that drops its last caller waits for nothing. */
  private async drop(): Promise<void> {
    void this.session?.close({ timeoutMs: 1 });
    await settle();
    this.clock.advance(1);
  }

  /** Lets time pass until the next Ping, or until the last one was not answered. */
  private async passTime(step: Step): Promise<void> {
    if (isPing(step)) this.clock.advance(keepalive.intervalMs);
    else if (step.kind === "eof") this.clock.advance(keepalive.timeoutMs);
    await settle();
  }

  /** What our calls and channels came to is what the recorded application saw. */
  private expectResults(): void {
    for (const { what, own, recorded } of this.caller.endings()) {
      if (own === undefined || !isSameEnd(own, recorded))
        this.differ("result", `${what}: ${own}, recorded ${recorded}`);
    }
  }

  /** Frames that are left here when the peer goes on were not recorded. */
  private expectNothing(step: Step): void {
    for (const hex of this.peer.take())
      this.differ("extra", `${describe(hex)} before ${step.kind} ${step.note ?? ""}`);
  }

  private expectEnd(step: Step): void {
    this.expectNothing(step);
    if (this.peer.end === undefined) this.differ("end", "the link is still open where the record ends it");
  }

  private expectFrame(step: Step, index: number): void {
    const expected = hexOf(step);
    const { received } = this.peer;
    const [actual] = received;
    if (actual === undefined) {
      this.differ("missing", describe(expected));
      return;
    }
    if (actual === expected || isSameGreeting(step, actual)) {
      this.noteKey(step, actual);
      received.shift();
      return;
    }
    const kind = classify(actual, expected);
    const isLater = this.steps
      .slice(index + 1)
      .some((later) => later.from === this.role && hexOf(later) === actual);
    if (kind === "other" && isLater) {
      this.differ("missing", describe(expected));
      return;
    }
    received.shift();
    this.differ(kind, `${describe(actual)}, recorded ${describe(expected)}`);
  }

  private noteKey({ kind, random = [] }: Step, actual: string): void {
    if (kind !== "hello_yourself" || random[0] === undefined) return;
    const own = decodeHandshakeMessage(fromHex(actual), defaultLimits);
    if (own.kind === "HelloYourself" && own.resumeKey !== undefined)
      this.keys.set(random[0].name, toHex(own.resumeKey));
  }

  private differ(kind: DifferenceKind, text: string): void {
    this.differences.push({ kind, text });
  }
}

/** Errors that 0.8.2 announces as narrow it cannot read; here they are read. */
const readableNarrow: ReadonlySet<string> = new Set(["UnknownMethod", "Cancelled", "InvalidPayload", "Ok"]);
/** Either may be seen when a session ends under a call. Source: `protocol/calls.md` §9. */
const ends: ReadonlySet<string> = new Set(["ConnectionClosed", "SessionShutdown"]);
/** What one error of 0.8.2 is here. Source: `protocol/calls.md` §5.3. */
const channelEnds: ReadonlySet<string> = new Set(["ChannelClosed", "ChannelReset"]);

function isSameEnd(own: string, recorded: string): boolean {
  if (recorded === "Narrow") return readableNarrow.has(own);
  if (recorded === "Transport") return channelEnds.has(own);
  return own === recorded || (ends.has(own) && ends.has(recorded));
}

/** Metadata of the first recorded response or refusal that has any. */
function responseMetadata({ steps }: Transcript): Metadata {
  const found = steps.find(
    ({ message }) =>
      (message?.ret !== undefined || message?.type === "ConnectionReject") && message.metadata?.length,
  );
  return metadataOf(found?.message?.metadata ?? []);
}

/** A HelloYourself may differ in its resume key, which is random; a Hello of ours asks whether the session is known. */
function isSameGreeting(step: Step, actual: string): boolean {
  if (step.kind !== "hello_yourself" && step.kind !== "hello") return false;
  const recorded = decodeHandshakeMessage(fromHex(hexOf(step)), defaultLimits);
  const own = decodeHandshakeMessage(fromHex(actual), defaultLimits);
  const schemas = messageSchemas();
  if (recorded.kind === "HelloYourself" && own.kind === "HelloYourself") {
    // `establish_or_resume` of 0.8.2 names no service, its `establish` does. Source: `protocol/wire.md` §7.
    const { metadata } = [...recorded.metadata].length === 0 ? own : recorded;
    const same = { ...recorded, schemas, metadata, resumeKey: own.resumeKey };
    return toHex(encodeHandshakeMessage(same)) === actual;
  }
  if (recorded.kind !== "Hello" || own.kind !== "Hello") return false;
  const metadata = new Metadata(own.metadata);
  metadata.delete("vox-resume");
  return toHex(encodeHandshakeMessage({ ...own, schemas, metadata })) === hexOf(step);
}

function headOf(hex: string): MessageHead | undefined {
  const head = new MessageHead();
  const bytes = fromHex(hex);
  try {
    decodeMessage(head, bytes, 0, bytes.length);
    return head;
  } catch {
    return undefined;
  }
}

function classify(actual: string, expected: string): DifferenceKind {
  const [a, b] = [headOf(actual), headOf(expected)];
  if (a === undefined || b === undefined || a.kind !== b.kind) return "other";
  if (a.kind === MessageKind.Schema)
    return a.methodLow === b.methodLow && a.methodHigh === b.methodHigh && a.direction === b.direction
      ? "root"
      : "other";
  const isResponse =
    a.kind === MessageKind.Request && a.body === RequestBody.Response && b.body === RequestBody.Response;
  if (!isResponse || a.id !== b.id) return "other";
  const start = (hex: string, head: MessageHead): string =>
    hex.slice(2 * head.payloadStart, 2 * head.payloadStart + 4);
  return start(actual, a) === "0102" && start(expected, b) === "0102" ? "text" : "other";
}

function describe(hex: string): string {
  const head = headOf(hex);
  const name = Object.entries(MessageKind).find(([, kind]) => kind === head?.kind)?.[0] ?? "frame";
  const body = Object.entries(RequestBody).find(
    ([, kind]) => head?.kind === MessageKind.Request && kind === head.body,
  )?.[0];
  return `${body ?? name} ${hex.length > 120 ? `${hex.slice(0, 120)}…` : hex}`;
}
