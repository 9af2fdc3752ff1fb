/**
 * The side that opened the link.
 *
 * ```
 *  start ─VOTH─► prologue ──VOTA / Hello──► greeting ──HelloYourself / LetsGo──► established
 *                   │                          │   (any frame while this side looks at the peer: failed)
 *                   └──VOTR, anything else─────┴──Sorry, anything else──► failed
 * ```
 *
 * Only the usual answers are read here. Any other is read by the code of `answer-reader.ts`, which may have to be
 * loaded: then the state is `reading` in between. That code has the schemas of `Message`, too. A side without the code
 * lists none in its Hello, which means that they are those of the peer. Source: `protocol/wire.md` §4.2.
 */
import { notLoaded, type SessionError } from "../errors.js";
import { noSchemas } from "../wire/message-list.js";
import type { AnswerReader } from "./answer-reader.js";
import {
  type Answer,
  cleaned,
  closedTooEarly,
  concluded,
  failedBy,
  type Handshake,
  type HandshakeOptions,
  type HandshakeStep,
  tooEarly,
  validKey,
  violated,
  violatedWithSorry,
  waiting,
  whenAdmitted,
  zeroCredit,
} from "./handshake-core.js";
import { encodeHandshakeMessage } from "./handshake-messages.js";
import { isPrologueAccept, prologueHello } from "./prologue.js";
import { readUsualGreeting } from "./usual-greeting.js";

/** The options of an initiator. */
export interface InitiatorOptions extends HandshakeOptions {
  /** Key of the session to resume, 16 bytes. */
  readonly presentedKey?: Uint8Array | undefined;
  /** Reads unusual answers; or a function that loads the code for that. A load that fails permits another attempt. */
  readonly answerReader: AnswerReader | (() => Promise<AnswerReader>);
}

/** Prologue and handshake of the side that opened the link. */
export class InitiatorHandshake implements Handshake {
  readonly #options: InitiatorOptions;
  #state: "prologue" | "greeting" | "reading" | "admission" = "prologue";
  #isPrologue = true;
  /** Whether a frame has arrived while an earlier one is read. */
  #isTooEarly = false;
  /** Why the link has ended while a frame is read. */
  #closure: SessionError | undefined = undefined;

  constructor(options: InitiatorOptions) {
    this.#options = options;
  }

  start(): HandshakeStep {
    return waiting(prologueHello);
  }

  onFrame(frame: Uint8Array): HandshakeStep {
    switch (this.#state) {
      case "prologue":
        if (isPrologueAccept(frame)) return this.#greet();
        return this.#read((reader) => reader.readPrologue(frame, () => this.#goOn(() => this.#greet())));
      case "greeting": {
        const { limits } = this.#options;
        const answer = readUsualGreeting(frame, limits);
        if (answer !== undefined) return this.#onAnswer(answer);
        return this.#read((reader) =>
          reader.readGreeting(frame, limits, (other) => this.#goOn(() => this.#onAnswer(other))),
        );
      }
      case "reading":
        this.#isTooEarly = true;
        return waiting();
      case "admission":
        return tooEarly();
    }
  }

  onLinkClosed(error: SessionError | undefined): SessionError | undefined {
    const closure = closedTooEarly(
      this.#isPrologue ? "link closed during transport prologue" : "peer closed during handshake",
      error,
    );
    if (this.#state !== "reading") return closure;
    this.#closure = closure;
    return undefined;
  }

  /** Reads an unusual answer, once the code for that is there. */
  #read(read: (reader: AnswerReader) => HandshakeStep): HandshakeStep {
    const { answerReader } = this.#options;
    if (typeof answerReader !== "function") return read(answerReader);
    this.#state = "reading";
    const later = answerReader().then(read, (cause: unknown) =>
      failedBy(this.#closure ?? notLoaded("reads an unusual answer of the peer", cause)),
    );
    return { send: [], outcome: undefined, later };
  }

  /** A frame was valid: goes on, unless something else has happened while it was read. */
  #goOn(next: () => HandshakeStep): HandshakeStep {
    if (this.#closure !== undefined) return failedBy(this.#closure);
    return this.#isTooEarly ? tooEarly() : next();
  }

  #greet(): HandshakeStep {
    const { settings, metadata, presentedKey, answerReader } = this.#options;
    if (settings.initialChannelCredit === 0) return violated(zeroCredit);
    this.#state = "greeting";
    this.#isPrologue = false;
    return waiting(
      encodeHandshakeMessage({
        kind: "Hello",
        parity: settings.parity,
        settings,
        schemas: typeof answerReader === "function" ? noSchemas : answerReader.messageSchemas(),
        supportsRetry: true,
        resumeKey: presentedKey,
        metadata,
      }),
    );
  }

  #onAnswer(answer: Answer): HandshakeStep {
    const { settings: local, admit } = this.#options;
    const { settings: peer } = answer;
    if (peer.initialChannelCredit === 0) return violatedWithSorry(zeroCredit);
    if (peer.parity === local.parity) return violatedWithSorry(`both sides chose the parity ${peer.parity}`);
    const peerMetadata = cleaned(answer);
    this.#state = "admission";
    const result = {
      local,
      peer,
      peerSupportsRetry: answer.supportsRetry,
      peerMetadata,
      sessionKey: validKey(answer.resumeKey),
      presentedKey: undefined,
      peerSchemaCount: answer.schemaCount,
    };
    return whenAdmitted(admit?.({ metadata: peerMetadata, presentedKey: undefined, settings: peer }), () =>
      concluded(result, answer.mismatch, [encodeHandshakeMessage({ kind: "LetsGo" })]),
    );
  }
}
