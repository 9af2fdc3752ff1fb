/** Makes a link of any stream of Node. */
import { Duplex, type Readable, type Writable } from "node:stream";
import { checkLimits } from "../limits.js";
import type { Link } from "../link/link.js";
import { type FrameSizeLimits, type LinkRole, roleCheck } from "../link/opening-limits.js";
import { checkOptions, type OptionChecks, shown, text } from "../options/checks.js";
import { SocketLink } from "./socket-link.js";

/** Two streams that are one connection, like a child process: `{ readable: child.stdout, writable: child.stdin }`. */
export interface StreamPair {
  readonly readable: Readable;
  readonly writable: Writable;
}

/** What {@link linkOf} may be given. */
export interface LinkOfOptions {
  /** Which side opens the session. */
  readonly role: LinkRole;
  /** The peer in error texts and for observers, like `worker 7`. Default `stream:`, or the address of a socket. */
  readonly description?: string | undefined;
  /** Default `defaultLimits`. */
  readonly limits?: FrameSizeLimits | undefined;
}

export const linkOfChecks: OptionChecks<LinkOfOptions> = {
  role: roleCheck,
  description: text,
  limits: checkLimits,
};

/**
 * Makes a link over a stream of bytes. Each frame has a header of four bytes, as on TCP. From then on the stream
 * belongs to the link, and closes with it.
 *
 * ```ts
 * const child = spawn("shop-service", { stdio: ["pipe", "pipe", "inherit"] });
 * const link = linkOf({ readable: child.stdout, writable: child.stdin }, { role: "initiator" });
 * const session = await openSession(link, { service: Catalog.name });
 * ```
 *
 * @param stream a `Duplex`, or a readable and a writable stream that are one connection; bytes, with no encoding set
 * @throws TypeError for a value that is not such a stream, and for a stream that has ended
 */
export function linkOf(stream: Duplex | StreamPair, options: LinkOfOptions): Link {
  checkOptions(options, linkOfChecks);
  const duplex = "readable" in stream && typeof stream.readable === "object" ? joined(stream) : stream;
  checkStream(duplex as Duplex);
  return new SocketLink(duplex as Duplex, options);
}

function joined({ readable, writable }: StreamPair): Duplex {
  checkReadable(readable, "readable");
  checkWritable(writable, "writable");
  return Duplex.from({ readable, writable });
}

function checkStream(stream: Duplex): void {
  checkReadable(stream, "stream");
  checkWritable(stream, "stream");
  if (stream.destroyed) throw new TypeError("stream is destroyed: a link needs an open stream");
}

function checkReadable(stream: Readable, name: string): void {
  if (typeof stream?.resume !== "function") throw notAStream(name, "readable", stream);
  if (stream.readableObjectMode || stream.readableEncoding !== null)
    throw new TypeError(`${name} must give bytes: it is in object mode or has an encoding`);
}

function checkWritable(stream: Writable, name: string): void {
  if (typeof stream?.write !== "function") throw notAStream(name, "writable", stream);
  if (stream.writableObjectMode) throw new TypeError(`${name} must take bytes: it is in object mode`);
}

function notAStream(name: string, kind: string, value: unknown): TypeError {
  return new TypeError(`${name} must be a ${kind} stream of Node, got ${shown(value)}`);
}
