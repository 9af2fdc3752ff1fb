/**
 * The shell around a session core: pumps its link, lets the frames of one tick leave together, and ends in good order.
 */

import type { Caller } from "../call/caller.js";
import { asyncDispose } from "../call/dispose.js";
import type { Service } from "../call/service.js";
import type { CloseOptions, SessionEnd, SessionHandle } from "../call/session-handle.js";
import type { Clock, TimerHandle } from "../clock.js";
import type { SessionError } from "../errors.js";
import type { Link } from "../link/link.js";
import type { Metadata } from "../wire/metadata.js";
import type { Outbox } from "./outbox.js";
import type { SessionCore } from "./session-core.js";

/** How long calls in flight may take to finish when a session closes, ms. */
const defaultDrainMs = 5000;
/** How long a link may take to send what it holds and close, ms; then it is cut. */
const lingerMs = 2000;

/** What a session is made of; see `establish`. */
export interface SessionParts {
  readonly core: SessionCore;
  readonly outbox: Outbox;
  readonly link: Link;
  readonly clock: Clock;
  readonly peerMetadata: Metadata;
}

/** An established session. */
export class Session implements SessionHandle {
  readonly closed: Promise<SessionEnd>;
  readonly peerMetadata: Metadata;
  /** Calls the peer on the root connection. Set before anyone can see the session. @internal */
  driver: Caller | undefined = undefined;
  /** @internal */
  readonly core: SessionCore;
  private readonly outbox: Outbox;
  private readonly link: Link;
  private readonly clock: Clock;
  private resolveClosed: (end: SessionEnd) => void = () => {};
  private ended: SessionEnd | undefined = undefined;
  private isClosing = false;
  private isLinkClosed = false;
  /** Runs while the session drains, then while its link lingers. */
  private timer: TimerHandle | undefined = undefined;

  constructor(parts: SessionParts) {
    this.core = parts.core;
    this.outbox = parts.outbox;
    this.link = parts.link;
    this.clock = parts.clock;
    this.peerMetadata = parts.peerMetadata;
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  get isOpen(): boolean {
    return !this.isClosing && this.ended === undefined;
  }

  get description(): string {
    return this.link.description;
  }

  /** Makes a client of a service of the peer. Any number may share a session. */
  client<C>(service: Service<C>): C {
    if (this.driver === undefined) throw new TypeError("the session is not established yet");
    return service.create(this.driver);
  }

  async close(options: CloseOptions = {}): Promise<void> {
    if (this.isOpen) {
      this.isClosing = true;
      const { timeoutMs = defaultDrainMs } = options;
      this.timer = this.clock.setTimer(timeoutMs, () => this.core.end("Local", undefined));
      this.core.drain(() => this.core.end("Local", undefined));
    }
    await this.closed;
  }

  abort(): void {
    this.core.end("Local", undefined);
    this.link.abort();
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The core has ended: what it still says leaves, then the link closes. @internal */
  onEnded(end: SessionEnd): void {
    this.ended = end;
    this.stopTimer();
    this.outbox.flush();
    this.outbox.detach();
    if (this.isLinkClosed) {
      this.resolveClosed(end);
      return;
    }
    this.timer = this.clock.setTimer(lingerMs, () => this.link.abort());
    this.link.close();
  }

  /** The link is gone. @internal */
  onLinkClosed(error: SessionError | undefined): void {
    this.isLinkClosed = true;
    if (this.ended === undefined) {
      this.core.onLinkClosed(error);
      return;
    }
    this.stopTimer();
    this.resolveClosed(this.ended);
  }

  private stopTimer(): void {
    if (this.timer !== undefined) this.clock.clearTimer(this.timer);
    this.timer = undefined;
  }
}
