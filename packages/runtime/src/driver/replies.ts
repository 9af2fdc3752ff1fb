/** Writes Responses, each behind the announcement that it needs. Source: `protocol/calls.md` §2–3. */
import type { ErasedWriter } from "../call/dispatcher.js";
import { type CallErrorCode, CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { SealedReply } from "../operations/operation-store.js";
import { encodeReply } from "../operations/sealed-replies.js";
import type { Connection } from "../session/connection.js";
import type { WireId } from "../wire/message.js";
import type { Metadata } from "../wire/metadata.js";
import { beginPayload, endPayload, writeResponseHead } from "../wire/request-messages.js";
import type { Bindings } from "./bindings.js";
import { writeCallMetadata } from "./call-metadata.js";
import { errorVariant, FailureReplies, noMetadata } from "./failure-replies.js";
import type { IncomingRequest, ServedMethod } from "./incoming-request.js";

const okVariant = 0;

/** Responses of one connection. */
export class Replies {
  readonly #connection: Connection;
  readonly #bindings: Bindings;
  readonly #failures: FailureReplies;
  readonly #maxHeldBytes: number;
  /** Answers that wait for the next link; undefined while they leave. */
  #held: (() => void)[] | undefined = undefined;
  #heldBytes = 0;

  constructor(connection: Connection, bindings: Bindings, { maxBufferedBytes }: Limits) {
    this.#connection = connection;
    this.#bindings = bindings;
    this.#failures = new FailureReplies(connection, bindings);
    this.#maxHeldBytes = maxBufferedBytes;
  }

  /** There is no link. Only the next link shows which schemas to announce, so answers wait as bytes. */
  hold(): void {
    this.#held ??= [];
  }

  /** There is a link again. @param isWanted whether the peer still waits for answers */
  release(isWanted: boolean): void {
    const held = this.#held;
    this.#held = undefined;
    this.#heldBytes = 0;
    if (isWanted) for (const send of held ?? []) send();
  }

  #replayHeld(id: WireId, served: ServedMethod, reply: SealedReply): void {
    try {
      this.replay(id, served, reply);
    } catch (fault) {
      // The peer has come back with a smaller limit.
      this.#connection.host.outbox.discard();
      const reason = fault instanceof CodecError ? fault.reason : String(fault);
      this.answer(id, served, "InvalidPayload", `the answer cannot be sent: ${reason}`);
    }
  }

  #keep(bytes: number, send: () => void): void {
    this.#held?.push(send);
    this.#heldBytes += bytes;
    if (this.#heldBytes > this.#maxHeldBytes)
      this.#connection.fail(
        `more than ${this.#maxHeldBytes} bytes wait for a new link (limit maxBufferedBytes)`,
      );
  }

  /**
   * Answers with a value of the method's own types.
   * @param variant 0 for its result, 1 for its declared error
   * @throws EncodeFault or CodecError when the value does not fit; nothing was sent then
   */
  reply(request: IncomingRequest, variant: 0 | 1, type: ErasedWriter, value: unknown): void {
    const { outbox } = this.#connection.host;
    const { served } = request;
    if (this.#held !== undefined) {
      this.replay(
        request.requestId,
        served,
        encodeReply(variant, type, value, request.answeredMetadata, outbox),
      );
      return;
    }
    try {
      if (!served.announcement.isSent) {
        // A trial first: when a response cannot be encoded, its schemas must not be sent either.
        this.#encode(request, variant, type, value);
        outbox.discard();
        this.#announce(served);
      }
      const end = this.#encode(request, variant, type, value);
      // The answer of a method with channels comes after its items.
      if (served.method.hasChannels) outbox.commit(end);
      else outbox.commitFree(end);
    } catch (fault) {
      outbox.discard();
      throw fault;
    }
  }

  /** Answers a call of a method that is served here with a failure. */
  answer(
    id: WireId,
    served: ServedMethod,
    code: CallErrorCode,
    detail = "",
    metadata?: Metadata | undefined,
  ): void {
    if (this.#held !== undefined) {
      this.#keep(detail.length, () => this.answer(id, served, code, detail, metadata));
      return;
    }
    if (!served.announcement.isSent) this.#announce(served);
    this.#failures.fail(id, code, detail, metadata);
  }

  /**
   * Answers with bytes that were encoded before, perhaps for another request.
   * @throws CodecError `EncodeFailed` when they do not fit into a frame
   */
  replay(id: WireId, served: ServedMethod, reply: SealedReply): void {
    const { payload, metadata } = reply;
    if (this.#held !== undefined) {
      this.#keep(payload.length + metadata.length, () => this.#replayHeld(id, served, reply));
      return;
    }
    if (!served.announcement.isSent) this.#announce(served);
    const { outbox } = this.#connection.host;
    const w = outbox.writer;
    let p = writeResponseHead(w, outbox.begin(), this.#connection.id, id);
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

  /** Answers a call of a method that is not served here. */
  answerUnknown(id: WireId, methodId: bigint, code: CallErrorCode, lack: string | undefined): void {
    this.#failures.answerUnknown(id, methodId, code, lack);
  }

  #announce(served: ServedMethod): void {
    this.#bindings.announce(served.announcement, served.idBytes, "response");
  }

  #encode(request: IncomingRequest, variant: 0 | 1, type: ErasedWriter, value: unknown): number {
    const { outbox } = this.#connection.host;
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
