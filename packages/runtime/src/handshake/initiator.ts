/**
 * The side that opened the link.
 *
 * ```
 *  start ─VOTH─► prologue ──VOTA / Hello──► greeting ──HelloYourself / LetsGo──► established
 *                   │                          │   (any frame while we look at the peer: failed)
 *                   └──VOTR, anything else─────┴──Sorry, anything else──► failed
 * ```
 */
import type { SessionError } from "../errors.js";
import type { Schema } from "../schema/model.js";
import { messageSchemas } from "../wire/message-schemas.js";
import {
  cleaned,
  closedTooEarly,
  concluded,
  failed,
  type Handshake,
  type HandshakeOptions,
  type HandshakeStep,
  rejectedByPeer,
  tooEarly,
  undecodable,
  validKey,
  violated,
  violatedWithSorry,
  waiting,
  whenAdmitted,
  zeroCredit,
} from "./handshake-core.js";
import {
  decodeHandshakeMessage,
  encodeHandshakeMessage,
  type HandshakeMessage,
  type HelloYourself,
} from "./handshake-messages.js";
import { checkPrologueAnswer, prologueHello } from "./prologue.js";

/** The options of an initiator. */
export interface InitiatorOptions extends HandshakeOptions {
  /** Key of the session to resume, 16 bytes. */
  readonly presentedKey?: Uint8Array | undefined;
}

/** Prologue and handshake of the side that opened the link. */
export class InitiatorHandshake implements Handshake {
  readonly #options: InitiatorOptions;
  #state: "prologue" | "greeting" | "admission" = "prologue";

  constructor(options: InitiatorOptions) {
    this.#options = options;
  }

  start(): HandshakeStep {
    return waiting(prologueHello);
  }

  onFrame(frame: Uint8Array): HandshakeStep {
    if (this.#state === "prologue") return this.#onPrologue(frame);
    if (this.#state === "admission") return tooEarly();
    let message: HandshakeMessage;
    try {
      message = decodeHandshakeMessage(frame, this.#options.limits);
    } catch (fault) {
      return undecodable(fault);
    }
    if (message.kind === "Sorry") return rejectedByPeer(message.reason);
    if (message.kind !== "HelloYourself") return violated("expected HelloYourself or Sorry");
    return this.#onHelloYourself(message);
  }

  onLinkClosed(error: SessionError | undefined): SessionError {
    const text =
      this.#state === "prologue" ? "link closed during transport prologue" : "peer closed during handshake";
    return closedTooEarly(text, error);
  }

  #onPrologue(frame: Uint8Array): HandshakeStep {
    const fault = checkPrologueAnswer(frame);
    if (fault !== undefined) return failed(fault);
    const { settings, metadata, presentedKey } = this.#options;
    if (settings.initialChannelCredit === 0) return violated(zeroCredit);
    this.#state = "greeting";
    return waiting(
      encodeHandshakeMessage({
        kind: "Hello",
        parity: settings.parity,
        settings,
        schemas: messageSchemas(),
        supportsRetry: true,
        resumeKey: presentedKey,
        metadata,
      }),
    );
  }

  #onHelloYourself(message: HelloYourself<readonly Schema[]>): HandshakeStep {
    const { settings: local, admit } = this.#options;
    const { settings: peer } = message;
    if (peer.initialChannelCredit === 0) return violatedWithSorry(zeroCredit);
    if (peer.parity === local.parity) return violatedWithSorry(`both sides chose the parity ${peer.parity}`);
    const peerMetadata = cleaned(message);
    this.#state = "admission";
    const result = {
      local,
      peer,
      peerSupportsRetry: message.supportsRetry,
      peerMetadata,
      sessionKey: validKey(message.resumeKey),
      presentedKey: undefined,
      peerSchemaCount: message.schemas.length,
    };
    return whenAdmitted(admit?.({ metadata: peerMetadata, presentedKey: undefined, settings: peer }), () =>
      concluded(result, message.schemas, [encodeHandshakeMessage({ kind: "LetsGo" })]),
    );
  }
}
