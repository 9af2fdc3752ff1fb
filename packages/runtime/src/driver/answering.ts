/** The answering half of a driver as its driver sees it: a dispatcher brings it by reference. */

import type { DrivenCaller } from "../call/caller.js";
import type { AnsweringFeature, Dispatcher } from "../call/dispatcher.js";
import type { RequestSnapshot } from "../call/snapshot.js";
import type { ChannelImplementation } from "../channel/channel-implementation.js";
import type { Channels } from "../channel/channels.js";
import type { Clock } from "../clock.js";
import type { Limits } from "../limits.js";
import type { FailureReporting, Observer } from "../observer.js";
import type { OperationStore } from "../operations/operation-store.js";
import type { Connection, RestoredLink } from "../session/connection.js";
import type { MessageHead, WireId } from "../wire/message.js";
import type { Bindings } from "./bindings.js";
import type { BundledCode } from "./bundled-code.js";
import type { NestingHost } from "./nested-calls.js";

/** Answers the calls of the peer on one connection. */
export interface Answers {
  /** Requests that run or wait. */
  readonly size: number;
  /** Whether new calls are answered with `SessionShutdown`. */
  readonly isDraining: boolean;
  /** The requests that have not been answered. */
  snapshot(nowMs: number): RequestSnapshot[];
  onCall(head: MessageHead, bytes: Uint8Array): void;
  onCancel(id: WireId): void;
  /** The peer has announced other argument types: earlier decisions about them are dropped. */
  forget(methodId: bigint): void;
  /** Runs waiting requests, as far as the limit and the link allow. */
  pump(): void;
  /** Whether a handler has read the signal for the beginning of a graceful end. */
  readonly isDrainWatched: boolean;
  /** Answers new calls with `SessionShutdown` from now on, or does so no more. */
  drain(isDraining: boolean): void;
  /** The link is lost, and what was announced on it is about to be forgotten. */
  beforeLinkLost(): void;
  onLinkLost(): void;
  onLinkRestored(restored: RestoredLink): void;
  /** The connection has ended. */
  end(): void;
}

/** The parts that answering needs. */
export interface AnsweringParts {
  readonly connection: Connection;
  readonly bindings: Bindings;
  readonly dispatcher: Dispatcher | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly observer: Observer | undefined;
  readonly onUnhandledError: FailureReporting["onUnhandledError"];
  readonly operationStore: OperationStore | undefined;
  /** Whether the session can go on over another link: the peer may repeat calls that were answered. */
  readonly isResumable: boolean;
  /** Calls the peer on the connection. */
  readonly caller: DrivenCaller;
  /** The calls of this side. */
  readonly calls: NestingHost;
  /** Undefined when that code is loaded on demand. */
  readonly bundled: BundledCode | undefined;
  /** The channels of the connection; the first call that needs them brings the code for them. */
  readonly openChannels: (machinery: ChannelImplementation) => Channels;
  /** Called when an asynchronous handler has ended. */
  readonly onSettled: () => void;
}

/** {@link AnsweringFeature} as the driver sees it. */
export interface AnsweringImplementation extends AnsweringFeature {
  start(parts: AnsweringParts): Answers;
}

/** The code that a dispatcher brings: no other value has its type. */
export function answeringImplementationOf(
  dispatcher: Dispatcher | undefined,
): AnsweringImplementation | undefined {
  return dispatcher?.answering as AnsweringImplementation | undefined;
}
