/** A session core without a link: what it says is kept as hex, frames are given to it by hand. */
import type { CloseReason, SessionEnd } from "../../packages/runtime/src/call/session-handle.js";
import type { SessionError } from "../../packages/runtime/src/errors.js";
import { defaultLimits, type Limits } from "../../packages/runtime/src/limits.js";
import { boundaryFraming } from "../../packages/runtime/src/link/framing.js";
import type { Link } from "../../packages/runtime/src/link/link.js";
import type { Connection, ConnectionSettings } from "../../packages/runtime/src/session/connection.js";
import type { KeepaliveOptions } from "../../packages/runtime/src/session/keepalive.js";
import { LinkTraffic } from "../../packages/runtime/src/session/link-traffic.js";
import { Outbox } from "../../packages/runtime/src/session/outbox.js";
import { SessionCore } from "../../packages/runtime/src/session/session-core.js";
import {
  type IncomingOpen,
  VirtualConnections,
} from "../../packages/runtime/src/session/virtual-connections.js";
import { FakeClock } from "../../packages/runtime/src/testing/fake-clock.js";
import { Metadata } from "../../packages/runtime/src/wire/metadata.js";
import { fromHex, toHex } from "./golden-values.js";

export const odd: ConnectionSettings = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 };
export const even: ConnectionSettings = { ...odd, parity: "Even" };

export interface HarnessOptions {
  readonly limits?: Partial<Limits>;
  readonly keepalive?: KeepaliveOptions;
  readonly admit?: (request: IncomingOpen) => void;
}

/** What became of an open: the connection, or the error's message. */
export interface Opening {
  readonly id: number | bigint | undefined;
  readonly opened: Connection[];
  readonly failed: SessionError[];
}

/** The initiating side of a session, Odd/64/16 against Even/64/16. */
export class CoreHarness {
  readonly clock = new FakeClock();
  readonly core: SessionCore;
  /** Frames that were sent, as hex. */
  readonly sent: string[] = [];
  /** Drivers learn how their connections end. */
  readonly closed: { readonly id: number | bigint; readonly reason: CloseReason }[] = [];
  end: SessionEnd | undefined = undefined;
  private readonly outbox: Outbox;
  private made: VirtualConnections | undefined;

  constructor(options: HarnessOptions = {}) {
    const limits = { ...defaultLimits, ...options.limits };
    this.outbox = new Outbox(
      boundaryFraming,
      limits.maxFrameBytes,
      new LinkTraffic(limits.maxBufferedBytes, this.clock, undefined),
    );
    this.outbox.attach(this.link(), () => {});
    this.core = new SessionCore({
      sessionId: "session-of-the-test",
      outbox: this.outbox,
      description: "test",
      local: odd,
      peer: even,
      peerSupportsRetry: true,
      limits,
      clock: this.clock,
      observer: undefined,
      keepalive: options.keepalive,
      virtual: (given) => {
        this.made = new VirtualConnections(given);
        return this.made;
      },
      onDisconnected: () => {},
      admit: options.admit ?? ((request) => this.watch(this.virtual.accept(request))),
      onEnded: (end) => {
        this.end = end;
      },
    });
    this.watch(this.core.root);
    this.core.open();
  }

  /** Gives it a frame. @returns what it said to that, as hex */
  receive(hex: string): string[] {
    const bytes = fromHex(hex);
    this.core.onFrame(bytes, 0, bytes.length);
    return this.take();
  }

  /** Frames that were sent since the last look. */
  take(): string[] {
    this.outbox.flush();
    return this.sent.splice(0);
  }

  open(settings: ConnectionSettings = odd, metadata: Metadata = new Metadata()): Opening {
    const opened: Connection[] = [];
    const failed: SessionError[] = [];
    const pending = this.virtual.open(settings, metadata, {
      opened: (connection) => {
        this.watch(connection);
        opened.push(connection);
      },
      failed: (error) => failed.push(error),
    });
    return { id: pending?.id, opened, failed };
  }

  get virtual(): VirtualConnections {
    if (this.made === undefined) throw new Error("the core has made no virtual connections");
    return this.made;
  }

  /** Connections other than the root. */
  get virtualCount(): number {
    return this.core.connectionCount - 1;
  }

  private watch(connection: Connection): void {
    connection.sink = {
      onRequest: () => {},
      onChannel: () => {},
      onSchemas: () => {},
      onDrain: () => {},
      onDraining: (onIdle) => onIdle(),
      onLinkLost: () => {},
      onLinkRestored: () => {},
      onClosed: (reason) => this.closed.push({ id: connection.id, reason }),
    };
  }

  private link(): Link {
    return {
      framing: boundaryFraming,
      remoteAddress: "test",
      bufferedBytes: 0,
      start: () => {},
      send: (batch, start, ends, count) => {
        let from = start;
        for (const end of ends.slice(0, count)) {
          this.sent.push(toHex(batch.slice(from, end)));
          from = end;
        }
        return true;
      },
      close: () => {},
      abort: () => {},
    };
  }
}
