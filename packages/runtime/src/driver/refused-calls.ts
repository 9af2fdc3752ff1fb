/** The answering half of a driver without a dispatcher: each Call is refused. Source: `protocol/calls.md` §3. */
import type { RequestSnapshot } from "../call/snapshot.js";
import { notify } from "../observer.js";
import { hasParity } from "../session/parity.js";
import type { MessageHead } from "../wire/message.js";
import type { AnsweringParts, Answers } from "./answering.js";
import { FailureReplies } from "./failure-replies.js";
import { methodIdOf } from "./method-id.js";

const missingTexts = "calls of the peer need a dispatcher: generated code exports one for each service";

/** Calls of the peer that have no handler. */
export class RefusedCalls implements Answers {
  readonly size = 0;
  readonly isDrainWatched = false;
  isDraining = false;
  readonly #parts: AnsweringParts;
  readonly #replies: FailureReplies;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    this.#replies = new FailureReplies(parts.connection, parts.bindings);
  }

  snapshot(): RequestSnapshot[] {
    return [];
  }

  onCall(head: MessageHead, bytes: Uint8Array): void {
    const { connection, bindings, dispatcher, observer } = this.#parts;
    const { id } = head;
    if (!hasParity(id, connection.peer.parity)) {
      connection.fail(`request id ${id} is not ${connection.peer.parity.toLowerCase()}`);
      return;
    }
    const methodId = methodIdOf(head);
    if (head.schemasEnd > head.schemasStart) {
      const payload = bytes.subarray(head.schemasStart, head.schemasEnd);
      if (!bindings.receive(methodId, "args", payload, "inlined request schemas")) return;
    }
    if (!connection.host.mayAnswer()) return;
    const code = this.isDraining
      ? "SessionShutdown"
      : dispatcher === undefined
        ? "Cancelled"
        : "UnknownMethod";
    this.#replies.answerUnknown(id, methodId, code, dispatcher?.lack);
    if (observer !== undefined && dispatcher === undefined)
      notify(observer, "onFeatureMissing", {
        link: connection.host.description,
        connectionId: connection.id,
        feature: "answering",
        hint: missingTexts,
      });
  }

  drain(isDraining: boolean): void {
    this.isDraining = isDraining;
  }

  onCancel(): void {}
  forget(): void {}
  pump(): void {}
  beforeLinkLost(): void {}
  onLinkLost(): void {}
  onLinkRestored(): void {}
  end(): void {}
}
