/** Plays one side of a recorded session and compares every frame that it sends. See `session.README.md`. */
import { accept, initiate, Metadata, memoryLinkPair, router, type Session } from "@voxrpc/runtime";
import { FakeClock, settle } from "@voxrpc/runtime/testing";
import { messageSchemas } from "../../packages/runtime/src/handshake/handshake-core.js";
import {
  decodeHandshakeMessage,
  encodeHandshakeMessage,
} from "../../packages/runtime/src/handshake/handshake-messages.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import {
  decodeMessage,
  MessageHead,
  MessageKind,
  RequestBody,
} from "../../packages/runtime/src/wire/message.js";
import type { MetadataEntry } from "../../packages/runtime/src/wire/metadata.js";
import { fromHex, toHex } from "../golden/golden-values.js";
import { readGolden } from "../golden/report.js";
import { RawPeer } from "./raw-peer.js";
import { type Application, callOf, makeApplication } from "./recorded-application.js";

export type Role = "client" | "server";

interface RecordedEntry {
  readonly key: string;
  readonly value: { readonly String?: string; readonly Bytes?: string; readonly U64?: string };
  readonly flags: number;
}

interface RecordedMessage {
  readonly type?: string;
  readonly metadata?: readonly RecordedEntry[];
  readonly request?: number;
  readonly method_name?: string;
  readonly ret?: {
    readonly value?: { readonly Ok?: unknown; readonly Err?: string | { readonly User?: unknown } };
  };
}

export interface Step {
  readonly from?: Role;
  readonly link?: number;
  readonly kind: string;
  readonly hex?: string;
  readonly hex_template?: string;
  readonly message?: RecordedMessage;
  readonly by?: "harness";
  readonly delivered?: false;
  readonly note?: string;
}

export interface Transcript {
  readonly name: string;
  readonly description: string;
  readonly settings: Readonly<
    Record<Role, { readonly max_concurrent_requests: number; readonly initial_channel_credit: number }>
  >;
  readonly steps: readonly Step[];
  readonly outcome: readonly { readonly who: string; readonly text: string }[];
}

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

function metadataOf(entries: readonly RecordedEntry[]): Metadata {
  return new Metadata(
    entries.map(
      ({ key, value, flags }): MetadataEntry => ({
        key,
        value: value.String ?? (value.U64 === undefined ? fromHex(value.Bytes ?? "") : BigInt(value.U64)),
        flags: BigInt(flags),
      }),
    ),
  );
}

/** Replays a transcript with our session in the place of `role`. */
export async function replay(transcript: Transcript, role: Role): Promise<Difference[]> {
  const run = new Replay(transcript, role);
  try {
    await run.play();
    await run.finish();
  } finally {
    await run.dispose();
  }
  return run.differences;
}

class Replay {
  readonly differences: Difference[] = [];
  private readonly steps: readonly Step[];
  private readonly name: string;
  private readonly role: Role;
  private readonly peer: RawPeer;
  private readonly cut: () => void;
  private readonly clock = new FakeClock();
  private readonly application: Application;
  private session: Session | undefined = undefined;
  private readonly controllers: AbortController[] = [];
  /** How the calls of ours ended, by their texts, in the order in which they did. */
  private readonly results = new Map<string, string[]>();
  private readonly outcome: Transcript["outcome"];

  constructor(transcript: Transcript, role: Role) {
    this.name = transcript.name;
    // This one holds two links, and each side is ours on one of them.
    const link = transcript.name === "refuse_credit_0_locally" && role === "server" ? 1 : 0;
    this.steps = transcript.steps.filter((step) => step.kind === "app" || (step.link ?? 0) === link);
    this.role = role;
    this.outcome = transcript.outcome;
    this.application = makeApplication(transcript.name, responseMetadata(transcript));
    const [ours, theirs] = memoryLinkPair();
    this.peer = new RawPeer(theirs);
    this.cut = () => theirs.abort();
    const { max_concurrent_requests: maxConcurrentRequests, initial_channel_credit: initialChannelCredit } =
      transcript.settings[role];
    const greeting = this.steps.find(
      (step) => step.from === role && (step.kind === "hello" || step.kind === "hello_yourself"),
    );
    const entries = [...metadataOf(greeting?.message?.metadata ?? [])];
    const named = entries.at(-1)?.key === "vox-service" ? entries.pop() : undefined;
    const options = {
      maxConcurrentRequests,
      initialChannelCredit: this.name === "refuse_credit_0_locally" ? 0 : initialChannelCredit,
      metadata: new Metadata(entries),
      service: named === undefined ? undefined : String(named.value),
      clock: this.clock,
    };
    const { golden, back } = this.application;
    const establishing =
      role === "client"
        ? initiate(ours, { ...options, acceptor: back })
        : accept(ours, this.name === "no_handler" ? undefined : router([golden]), options);
    establishing.then(
      (session) => {
        this.session = session;
      },
      () => {
        // What became of it shows on the wire.
      },
    );
  }

  async play(): Promise<void> {
    for (const [index, step] of this.steps.entries()) await this.step(step, index);
  }

  private async step(step: Step, index: number): Promise<void> {
    await settle();
    const isOurs = step.from === this.role;
    if (step.kind === "app") {
      this.expectNothing(step);
      await this.act(step, index, isOurs);
    } else if (step.kind === "cut") {
      this.cut();
    } else if (!isOurs) {
      this.expectNothing(step);
      if (step.kind === "eof") this.peer.close();
      else if (step.delivered !== false) this.peer.send(hexOf(step));
    } else if (step.by !== "harness") {
      if (step.kind === "eof") this.expectEnd(step);
      else this.expectFrame(step, index);
    }
    await settle();
  }

  async finish(): Promise<void> {
    await settle();
    this.expectNothing({ kind: "end of the record" });
    this.expectResults();
  }

  async dispose(): Promise<void> {
    this.cut();
    await settle();
    if (this.clock.armed !== 0) this.differ("end", `${this.clock.armed} timers are armed after the end`);
  }

  private async act(step: Step, index: number, isOurs: boolean): Promise<void> {
    const note = step.note ?? "";
    const opened = /^(?:lets \w+\((\d+)\) return|opens gate (\d+)|\(harness\) the gate (opens))/.exec(note);
    if (opened !== null) this.application.open(Number(opened[1] ?? opened[2] ?? 1));
    if (!isOurs) return;
    if (note.startsWith("calls ")) this.call(note, index);
    else if (note === "drops the call") this.controllers.at(-1)?.abort();
    else if (note.startsWith("session.shutdown()")) this.session?.abort();
    else if (note === "drops its last caller") await this.drop();
  }

  /** Whoever drops its last caller waits for nothing. */
  private async drop(): Promise<void> {
    void this.session?.close({ timeoutMs: 1 });
    await settle();
    this.clock.advance(1);
  }

  private call(note: string, index: number): void {
    const { session } = this;
    const caller = session?.driver;
    if (session === undefined || caller === undefined) throw new Error(`${this.name}: no session to call on`);
    const { method, args } = callOf(note, this.name);
    const controller = new AbortController();
    this.controllers.push(controller);
    const recorded = this.steps
      .slice(index)
      .find((each) => each.from === this.role && each.by === undefined && each.message?.type === "Call");
    const isExplicit = /^(operation_|idempotent_repeated)/.test(this.name);
    const metadata = isExplicit ? metadataOf(recorded?.message?.metadata ?? []) : undefined;
    const text = note.slice("calls ".length);
    const ended = (code: string): void => {
      this.results.set(text, [...(this.results.get(text) ?? []), code]);
    };
    const call = caller.tryCall(method, args as never, { signal: controller.signal, metadata });
    call.then(
      (result) => ended(result.ok ? "Ok" : result.error.code),
      (error: unknown) => ended(String(error)),
    );
  }

  /** What our calls came to is what the recorded application saw. */
  private expectResults(): void {
    for (const [text, actual] of this.results) {
      const recorded = this.outcome.flatMap((entry) => {
        const isIt = entry.who === this.role && entry.text.startsWith(`${text} -> `);
        return isIt ? [codeOf(entry.text.slice(text.length + 4))] : [];
      });
      for (const [index, code] of recorded.entries()) {
        const own = actual[index];
        if (own === undefined || !isSameEnd(own, code))
          this.differ("result", `${text}: ${own}, recorded ${code}`);
      }
    }
  }

  /** Frames that stand here when the peer goes on were not recorded. */
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
    const [actual] = this.peer.received;
    if (actual === undefined) {
      this.differ("missing", describe(expected));
      return;
    }
    if (actual === expected || isSameGreeting(step, actual)) {
      this.peer.received.shift();
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
    this.peer.received.shift();
    this.differ(kind, `${describe(actual)}, recorded ${describe(expected)}`);
  }

  private differ(kind: DifferenceKind, text: string): void {
    this.differences.push({ kind, text });
  }
}

/** Errors that 0.8.2 announces as narrow it cannot read; here they are read. */
const readableNarrow: ReadonlySet<string> = new Set(["UnknownMethod", "Cancelled", "InvalidPayload", "Ok"]);
/** Either may be seen when a session ends under a call. Source: `protocol/calls.md` §9. */
const ends: ReadonlySet<string> = new Set(["ConnectionClosed", "SessionShutdown"]);

function isSameEnd(own: string, recorded: string): boolean {
  if (recorded === "Narrow") return readableNarrow.has(own);
  return own === recorded || (ends.has(own) && ends.has(recorded));
}

/** `Ok`, or the code of an error, of an outcome like `Err(User(…))`. */
function codeOf(text: string): string {
  if (text.includes("structural mismatch: remote is `()`")) return "Narrow";
  return text.startsWith("Ok") ? "Ok" : (/^Err\((\w+)/.exec(text)?.[1] ?? text);
}

/** Metadata of the first recorded response that has any. */
function responseMetadata({ steps }: Transcript): Metadata {
  const found = steps.find((step) => step.message?.ret !== undefined && step.message.metadata?.length);
  return metadataOf(found?.message?.metadata ?? []);
}

/** A HelloYourself may differ in its resume key, which is random there and absent here. */
function isSameGreeting(step: Step, actual: string): boolean {
  if (step.kind !== "hello_yourself") return false;
  const recorded = decodeHandshakeMessage(fromHex(hexOf(step)), defaultLimits);
  if (recorded.kind !== "HelloYourself") return false;
  const own = { ...recorded, schemas: messageSchemas(), resumeKey: undefined };
  return toHex(encodeHandshakeMessage(own)) === actual;
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
