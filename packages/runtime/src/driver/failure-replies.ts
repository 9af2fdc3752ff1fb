/** Writes Responses that carry a failure. Source: `protocol/calls.md` §2–3. */
import { IdMap } from "../bytes/id-map.js";
import type { CallErrorCode } from "../errors.js";
import { writeString } from "../postcard/text.js";
import type { Announcement } from "../schema/announcements.js";
import type { Connection } from "../session/connection.js";
import type { WireId } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey } from "../wire/rejected-error.js";
import { beginPayload, endPayload, methodIdBytes, writeResponseHead } from "../wire/request-messages.js";
import type { Bindings } from "./bindings.js";
import { writeCallMetadata } from "./call-metadata.js";
import { narrowResponse } from "./narrow-response.js";

/** Tag of a `Result` that holds an error. */
export const errorVariant = 1;
/** A metadata list without entries. */
export const noMetadata = 0;
/** The most UTF-16 units of an InvalidPayload text, so that it does not carry a peer's payload back. */
const longestDetail = 1024;
/** Unknown method ids that a connection remembers: each costs an announcement. */
const rememberedUnknownMethods = 4096;

/** Indexes of the failures on the wire. Source: `protocol/calls.md` §2. */
const failureIndexes: Readonly<Record<CallErrorCode, number>> = {
  UnknownMethod: 1,
  InvalidPayload: 2,
  Cancelled: 3,
  ConnectionClosed: 4,
  SessionShutdown: 5,
  SendFailed: 6,
  Indeterminate: 7,
};

/** Failures of one connection. */
export class FailureReplies {
  readonly #connection: Connection;
  readonly #bindings: Bindings;
  readonly #unknownMethods = new IdMap<Announcement>();

  constructor(connection: Connection, bindings: Bindings) {
    this.#connection = connection;
    this.#bindings = bindings;
  }

  /**
   * Answers a call of a method that is not served here: its types are announced as narrow.
   * @param lack why the method is unknown, if this side has found a reason
   */
  answerUnknown(id: WireId, methodId: bigint, code: CallErrorCode, lack: string | undefined): void {
    const unknownMethods = this.#unknownMethods;
    let announcement = unknownMethods.get(methodId);
    if (announcement === undefined) {
      announcement = this.#bindings.announcement(methodId, "response", narrowResponse);
      unknownMethods.set(methodId, announcement);
      // A peer can invent any number of ids.
      if (unknownMethods.size > rememberedUnknownMethods) {
        this.#connection.fail("calls of too many unknown methods");
        return;
      }
    }
    if (!announcement.isSent) this.#bindings.announce(announcement, methodIdBytes(methodId), "response");
    const isSaid = lack !== undefined && code === "UnknownMethod";
    this.fail(id, code, "", isSaid ? new Metadata({ [errorKey]: lack }) : undefined);
  }

  /** The types of the method have been announced. */
  fail(id: WireId, code: CallErrorCode, detail: string, metadata: Metadata | undefined): void {
    const { outbox } = this.#connection.host;
    const w = outbox.writer;
    let p = writeResponseHead(w, outbox.begin(), this.#connection.id, id);
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
}
