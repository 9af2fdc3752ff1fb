/**
 * The side that took the link.
 *
 * ```
 *  prologue ──VOTH / VOTA──► greeting ──Hello──► admission ──admitted / HelloYourself──► consent ──LetsGo──►
 *     established │                         │                   │                                      │
 *     └────anything else────────┴───anything else───┴──refused, any frame──────────────────┴──Sorry, anything else──►
 *     failed
 * ```
 */
import type { SessionError } from "../errors.js";
import type { Schema } from "../schema/model.js";
import { messageSchemas } from "../wire/message-schemas.js";
import type { Metadata } from "../wire/metadata.js";
import { rejectedByPeer, undecodable } from "./failed-reading.js";
import {
  cleaned,
  closedTooEarly,
  concluded,
  failed,
  type Handshake,
  type HandshakeOptions,
  type HandshakeResult,
  type HandshakeStep,
  tooEarly,
  validKey,
  violated,
  violatedWithSorry,
  waiting,
  whenAdmitted,
  zeroCredit,
} from "./handshake-core.js";
import { encodeHandshakeMessage, type HandshakeMessage, type Hello } from "./handshake-messages.js";
import { compareMessageSchemas } from "./message-type.js";
import { prologueAccept } from "./prologue.js";
import { checkPrologueHello } from "./prologue-faults.js";
import { decodeHandshakeMessage } from "./read-messages.js";
import { keyMismatch } from "./refusals.js";
import { oppositeParity } from "./settings.js";

/** The options of an acceptor. */
export interface AcceptorOptions extends HandshakeOptions {
  /** Key under which the session can be resumed, 16 fresh random bytes; without it, the session cannot be resumed. */
  readonly offeredKey?: Uint8Array | undefined;
  /** The only key that the initiator may present. */
  readonly expectedKey?: Uint8Array | undefined;
}

type State =
  | { readonly kind: "prologue" }
  | { readonly kind: "greeting" }
  | { readonly kind: "admission" }
  | { readonly kind: "consent"; readonly result: HandshakeResult; readonly schemas: readonly Schema[] };

/** Prologue and handshake of the side that took the link. */
export class AcceptorHandshake implements Handshake {
  readonly #options: AcceptorOptions;
  #state: State = { kind: "prologue" };

  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  start(): HandshakeStep {
    return waiting();
  }

  onFrame(frame: Uint8Array): HandshakeStep {
    const state = this.#state;
    if (state.kind === "prologue") return this.#onPrologue(frame);
    if (state.kind === "admission") return tooEarly();
    let message: HandshakeMessage;
    try {
      message = decodeHandshakeMessage(frame, this.#options.limits);
    } catch (fault) {
      return undecodable(fault);
    }
    if (state.kind === "greeting")
      return message.kind === "Hello" ? this.#onHello(message) : violated("expected Hello");
    if (message.kind === "Sorry") return rejectedByPeer(message.reason);
    if (message.kind !== "LetsGo") return violated("expected LetsGo or Sorry");
    return concluded(state.result, compareMessageSchemas(state.schemas));
  }

  onLinkClosed(error: SessionError | undefined): SessionError {
    const isPrologue = this.#state.kind === "prologue";
    const text = isPrologue ? "link closed during transport prologue" : "peer closed during handshake";
    return closedTooEarly(text, error);
  }

  #onPrologue(frame: Uint8Array): HandshakeStep {
    const fault = checkPrologueHello(frame);
    // The reference sends no refusal either.
    if (fault !== undefined) return failed(fault);
    if (this.#options.settings.initialChannelCredit === 0) return violated(zeroCredit, [prologueAccept]);
    this.#state = { kind: "greeting" };
    return waiting(prologueAccept);
  }

  #onHello(hello: Hello<readonly Schema[]>): HandshakeStep {
    const { expectedKey, admit } = this.#options;
    if (hello.settings.initialChannelCredit === 0) return violatedWithSorry(zeroCredit);
    const presentedKey = validKey(hello.resumeKey);
    if (expectedKey !== undefined && !isSameKey(presentedKey, expectedKey))
      return violatedWithSorry(keyMismatch);
    const peerMetadata = cleaned(hello);
    this.#state = { kind: "admission" };
    return whenAdmitted(admit?.({ metadata: peerMetadata, presentedKey, settings: hello.settings }), () =>
      this.#introduce(hello, peerMetadata, presentedKey),
    );
  }

  #introduce(
    hello: Hello<readonly Schema[]>,
    peerMetadata: Metadata,
    presentedKey: Uint8Array | undefined,
  ): HandshakeStep {
    const { settings, metadata, offeredKey } = this.#options;
    const local = { ...settings, parity: oppositeParity(hello.parity) };
    const result = {
      local,
      peer: hello.settings,
      peerSupportsRetry: hello.supportsRetry,
      peerMetadata,
      sessionKey: offeredKey,
      presentedKey,
      peerSchemaCount: hello.schemas.length,
    };
    this.#state = { kind: "consent", result, schemas: hello.schemas };
    return waiting(
      encodeHandshakeMessage({
        kind: "HelloYourself",
        settings: local,
        schemas: messageSchemas(),
        supportsRetry: true,
        resumeKey: offeredKey,
        metadata,
      }),
    );
  }
}

function isSameKey(presented: Uint8Array | undefined, expected: Uint8Array): boolean {
  return presented?.every((byte, index) => byte === expected[index]) === true;
}
