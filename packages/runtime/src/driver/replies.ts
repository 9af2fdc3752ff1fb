/** Writes Responses, each behind the announcement that it needs. Source: `protocol/calls.md` §2–3. */
import type { ErasedWriter } from "../call/dispatcher.js";
import { type CallErrorCode, CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { SealedReply } from "../operations/operation-store.js";
import { encodeReply } from "../operations/sealed-replies.js";
import { writeString } from "../postcard/text.js";
import type { Announcement } from "../schema/announcements.js";
import type { Connection } from "../session/connection.js";
import type { WireId } from "../wire/message.js";
import type { Metadata } from "../wire/metadata.js";
import { beginPayload, endPayload, methodIdBytes, writeResponseHead } from "../wire/request-messages.js";
import type { Bindings } from "./bindings.js";
import { writeCallMetadata } from "./call-metadata.js";
import type { IncomingRequest, ServedMethod } from "./incoming-request.js";
import { narrowResponse } from "./narrow-response.js";

const okVariant = 0;
const errorVariant = 1;
/** A metadata list without entries. */
const noMetadata = 0;
/** UTF-16 units of an InvalidPayload text: it must not carry a peer's payload back. */
const longestDetail = 1024;
/** Ids of methods that are not served here, per connection: each costs an announcement. */
const rememberedUnknownMethods = 4096;

/** Indexes of the failures that travel. Source: `protocol/calls.md` §2. */
const failureIndexes: Readonly<Record<CallErrorCode, number>> = {
  UnknownMethod: 1,
  InvalidPayload: 2,
  Cancelled: 3,
  ConnectionClosed: 4,
  SessionShutdown: 5,
  SendFailed: 6,
  Indeterminate: 7,
};

/** Responses of one connection. */
export class Replies {
  private readonly connection: Connection;
  private readonly bindings: Bindings;
  private readonly unknownMethods = new Map<bigint, Announcement>();
  private readonly maxHeldBytes: number;
  /** Answers that wait for the next link; undefined while they leave. */
  private held: (() => void)[] | undefined = undefined;
  private heldBytes = 0;

  constructor(connection: Connection, bindings: Bindings, { maxBufferedBytes }: Limits) {
    this.connection = connection;
    this.bindings = bindings;
    this.maxHeldBytes = maxBufferedBytes;
  }

  /** There is no link, and what has to be announced shows on the next one alone: answers wait, as bytes. */
  hold(): void {
    this.held ??= [];
  }

  /** There is a link again. @param isWanted whether the peer still waits for answers */
  release(isWanted: boolean): void {
    const { held } = this;
    this.held = undefined;
    this.heldBytes = 0;
    if (isWanted) for (const send of held ?? []) send();
  }

  private replayHeld(id: WireId, served: ServedMethod, reply: SealedReply): void {
    try {
      this.replay(id, served, reply);
    } catch (fault) {
      // The peer has come back with a smaller limit.
      this.connection.host.outbox.discard();
      const reason = fault instanceof CodecError ? fault.reason : String(fault);
      this.answer(id, served, "InvalidPayload", `the answer cannot be sent: ${reason}`);
    }
  }

  private keep(bytes: number, send: () => void): void {
    this.held?.push(send);
    this.heldBytes += bytes;
    if (this.heldBytes > this.maxHeldBytes)
      this.connection.fail(
        `more than ${this.maxHeldBytes} bytes wait for a new link (limit maxBufferedBytes)`,
      );
  }

  /**
   * Answers with a value of the method's own types.
   * @param variant 0 for its result, 1 for its declared error
   * @throws EncodeFault or CodecError when the value does not fit; nothing was sent then
   */
  reply(request: IncomingRequest, variant: 0 | 1, type: ErasedWriter, value: unknown): void {
    const { outbox } = this.connection.host;
    const { served } = request;
    if (this.held !== undefined) {
      this.replay(
        request.requestId,
        served,
        encodeReply(variant, type, value, request.answeredMetadata, outbox),
      );
      return;
    }
    try {
      if (!served.announcement.isSent) {
        // A trial first, so that the schemas of a response that cannot be encoded do not leave alone.
        this.encode(request, variant, type, value);
        outbox.discard();
        this.announce(served);
      }
      const end = this.encode(request, variant, type, value);
      // What a method with channels answers comes behind its items.
      if (served.method.hasChannels) outbox.commit(end);
      else outbox.commitFree(end);
    } catch (fault) {
      outbox.discard();
      throw fault;
    }
  }

  /** Answers a call of a method of ours with a failure. */
  answer(
    id: WireId,
    served: ServedMethod,
    code: CallErrorCode,
    detail = "",
    metadata?: Metadata | undefined,
  ): void {
    if (this.held !== undefined) {
      this.keep(detail.length, () => this.answer(id, served, code, detail, metadata));
      return;
    }
    if (!served.announcement.isSent) this.announce(served);
    this.fail(id, code, detail, metadata);
  }

  /**
   * Answers with bytes that were encoded before, for whatever request.
   * @throws CodecError `EncodeFailed` when they do not fit a frame
   */
  replay(id: WireId, served: ServedMethod, reply: SealedReply): void {
    const { payload, metadata } = reply;
    if (this.held !== undefined) {
      this.keep(payload.length + metadata.length, () => this.replayHeld(id, served, reply));
      return;
    }
    if (!served.announcement.isSent) this.announce(served);
    const { outbox } = this.connection.host;
    const w = outbox.writer;
    let p = writeResponseHead(w, outbox.begin(), this.connection.id, id);
    if (p + metadata.length > w.limit) w.grow(p, metadata.length);
    w.buffer.set(metadata, p);
    const start = beginPayload(w, p + metadata.length);
    p = start;
    if (p + payload.length > w.limit) w.grow(p, payload.length);
    w.buffer.set(payload, p);
    const end = endPayload(w, start, p + payload.length);
    if (served.method.hasChannels) outbox.commit(end);
    else outbox.commitFree(end);
  }

  /** Answers a call of a method that is not served here: its types are announced as narrow. */
  answerUnknown(id: WireId, methodId: bigint, code: CallErrorCode): void {
    const { unknownMethods } = this;
    let announcement = unknownMethods.get(methodId);
    if (announcement === undefined) {
      announcement = this.bindings.announcement(methodId, "response", narrowResponse);
      unknownMethods.set(methodId, announcement);
      // A peer can make up any number of ids.
      if (unknownMethods.size > rememberedUnknownMethods) {
        this.connection.fail("calls of too many unknown methods");
        return;
      }
    }
    if (!announcement.isSent) this.bindings.announce(announcement, methodIdBytes(methodId), "response");
    this.fail(id, code, "", undefined);
  }

  private announce(served: ServedMethod): void {
    this.bindings.announce(served.announcement, served.idBytes, "response");
  }

  private fail(id: WireId, code: CallErrorCode, detail: string, metadata: Metadata | undefined): void {
    const { outbox } = this.connection.host;
    const w = outbox.writer;
    let p = writeResponseHead(w, outbox.begin(), this.connection.id, id);
    if (metadata === undefined) w.buffer[p++] = noMetadata;
    else p = writeCallMetadata(w, p, metadata, 0);
    const start = beginPayload(w, p);
    p = start;
    if (p + 2 > w.limit) w.grow(p, 2);
    w.buffer[p++] = errorVariant;
    w.buffer[p++] = failureIndexes[code];
    if (code === "InvalidPayload") p = writeString(w, p, detail.slice(0, longestDetail));
    outbox.commit(endPayload(w, start, p));
  }

  private encode(request: IncomingRequest, variant: 0 | 1, type: ErasedWriter, value: unknown): number {
    const { outbox } = this.connection.host;
    const w = outbox.writer;
    let p = writeResponseHead(w, outbox.begin(), request.connectionId, request.requestId);
    const { answeredMetadata } = request;
    if (answeredMetadata === undefined) w.buffer[p++] = noMetadata;
    else p = writeCallMetadata(w, p, answeredMetadata, 0);
    const start = beginPayload(w, p);
    p = start;
    if (p + 2 > w.limit) w.grow(p, 2);
    w.buffer[p++] = variant === 0 ? okVariant : errorVariant;
    if (variant === 1) w.buffer[p++] = 0;
    p = type.write(w, p, value);
    return endPayload(w, start, p);
  }
}
