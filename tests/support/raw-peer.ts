/** A peer made by hand at the other end of a memory link: it sends what the test says and keeps what it gets. */
import type { Link, LinkSink } from "@voxrpc/runtime/link";
import { AcceptorHandshake } from "../../packages/runtime/src/handshake/acceptor.js";
import { answerReader } from "../../packages/runtime/src/handshake/answer-reader.js";
import type { Handshake, HandshakeOptions } from "../../packages/runtime/src/handshake/handshake-core.js";
import { InitiatorHandshake } from "../../packages/runtime/src/handshake/initiator.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import { Metadata } from "../../packages/runtime/src/wire/metadata.js";
import { fromHex, toHex } from "./golden-values.js";

export class RawPeer implements LinkSink {
  /** Frames that arrived and were not taken, as hex. */
  readonly received: string[] = [];
  /** How the link ended: its error's text, or `clean`. */
  end: string | undefined = undefined;
  /** Arrivals so far: how many writes of the other side there were. */
  arrivals = 0;
  private readonly link: Link;

  constructor(link: Link) {
    this.link = link;
    link.start(this);
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    this.received.push(toHex(bytes.slice(start, end)));
  }

  onIdle(): void {
    this.arrivals += 1;
  }

  onDrain(): void {
    // Everything that tests send is small.
  }

  onClosed(error: { readonly message: string } | undefined): void {
    this.end = error?.message ?? "clean";
  }

  /** Takes all frames that have arrived. */
  take(): string[] {
    return this.received.splice(0);
  }

  /** Sends frames in one write. */
  send(...frames: readonly (string | Uint8Array)[]): void {
    const pieces = frames.map((frame) => (typeof frame === "string" ? fromHex(frame) : frame));
    let end = 0;
    const ends = pieces.map((piece) => {
      end += piece.length;
      return end;
    });
    const batch = new Uint8Array(end);
    for (const [index, piece] of pieces.entries()) batch.set(piece, (ends[index] ?? 0) - piece.length);
    this.link.send(batch, 0, ends, ends.length);
  }

  close(): void {
    this.link.close();
  }
}

/** The frames of a handshake as a well-behaved peer sends them: known beforehand, whatever the other side says. */
export function handshakeFrames(
  role: "initiator" | "acceptor",
  options: Partial<HandshakeOptions> = {},
): Uint8Array[] {
  const common = { metadata: new Metadata({ "vox-service": "Noop" }), limits: defaultLimits };
  const odd = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 } as const;
  const even = { ...odd, parity: "Even" } as const;
  const initiator = new InitiatorHandshake({
    settings: odd,
    ...common,
    answerReader,
    ...(role === "initiator" ? options : {}),
  });
  const acceptor = new AcceptorHandshake({
    settings: even,
    ...common,
    ...(role === "acceptor" ? options : {}),
  });
  const said: Record<typeof role, Uint8Array[]> = { initiator: [], acceptor: [] };
  const pass = (from: typeof role, frames: readonly Uint8Array[]): void => {
    said[from].push(...frames);
    const to: Handshake = from === "initiator" ? acceptor : initiator;
    for (const frame of frames) pass(from === "initiator" ? "acceptor" : "initiator", to.onFrame(frame).send);
  };
  pass("initiator", initiator.start().send);
  return said[role];
}
