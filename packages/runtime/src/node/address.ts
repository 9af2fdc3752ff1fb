/** Addresses of peers. Source: `protocol/calls.md` §8.1. */
import { SessionError } from "../errors.js";
import { shownAddress } from "../options/address-text.js";
import { anyObject, shown, text } from "../options/checks.js";

/** Where a TCP peer listens. */
export interface TcpAddress {
  readonly host: string;
  /** 0 when serving: any free port. */
  readonly port: number;
}

/** Where a peer listens over TLS. */
export interface TlsAddress extends TcpAddress {
  readonly isSecure: true;
}

/** Where a peer on this machine listens: a Unix socket, or a named pipe on Windows. */
export interface LocalAddress {
  /** The socket's file, absolute or relative; the pipe's name. */
  readonly path: string;
}

/** Where a peer takes WebSockets. */
export interface WebSocketAddress {
  readonly host: string;
  /** 0 when serving: any free port. */
  readonly port: number;
  /** Path with its query, like `/vox`. A server whose path is `/` answers every path. */
  readonly target: string;
  /** Whether TLS is below: `wss`. */
  readonly isSecure: boolean;
}

/** Where a peer listens on a socket that carries the frames directly. */
export type SocketAddress = TcpAddress | TlsAddress | LocalAddress;

/** Where a peer listens. */
export type Address = SocketAddress | WebSocketAddress;

/** Whether this is the address of a WebSocket. */
export function isWebSocket(address: Address): address is WebSocketAddress {
  return "target" in address;
}

/** Whether the connection uses TLS. */
export function isSecure(address: Address): boolean {
  return "isSecure" in address && address.isSecure;
}

/**
 * The most bytes that a system accepts as the path of a Unix socket. Some systems cut a longer path without an error.
 */
const maxPathBytes = process.platform === "linux" ? 107 : 103;

const expected =
  "expected tcp://host:port, like tcp://127.0.0.1:4000, tls://host:port, local://path, like local:///run/shop.sock, or " +
  "ws://host:port/path";

/**
 * Reads an address: `tcp://host:port`, `tls://host:port`, `host:port`, `local://path`, `ws://host:port/path` or
 * `wss://…`. An IPv6 host is in brackets and may have a zone, like `[fe80::1%eth0]`. The path of `local` is everything
 * behind `://`. The default port is 80 for `ws` and 443 for `wss`. A scheme may have capital letters.
 * @param unknownScheme the first words of the error for an unknown scheme
 * @throws SessionError `Protocol` for an unknown scheme or an invalid address
 * @throws TypeError for a value that is not a string
 */
export function parseAddress(address: string, unknownScheme = "unknown transport scheme"): Address {
  if (typeof address !== "string") throw notText(address);
  const separator = address.indexOf("://");
  const scheme = separator === -1 ? "tcp" : address.slice(0, separator).toLowerCase();
  const rest = separator === -1 ? address : address.slice(separator + 3);
  if (scheme === "tcp") return parseHostAndPort(rest, address);
  if (scheme === "tls") return { ...parseHostAndPort(rest, address), isSecure: true };
  if (scheme === "local") return parsePath(rest, address);
  if (scheme === "ws" || scheme === "wss") return parseWebSocket(rest, address, scheme === "wss");
  const webSocket = { http: "ws", https: "wss" }[scheme];
  const hint = webSocket === undefined ? "" : `; a WebSocket is ${shownAddress(`${webSocket}://${rest}`)}`;
  throw addressError(`${unknownScheme}: "${scheme}" (known: tcp, tls, local, ws, wss)${hint}`);
}

/**
 * The address as text, in the form that {@link parseAddress} reads.
 * @throws TypeError, RangeError for a value that is no address
 */
export function formatAddress(address: Address): string {
  anyObject(address, "address");
  if ("path" in address) {
    text(address.path, "address.path");
    return `local://${address.path}`;
  }
  const { host, port } = address;
  text(host, "address.host");
  if (!Number.isInteger(port) || port < 0 || port > 0xffff)
    throw new RangeError(`address.port must be an integer of 0 to 65535, got ${shown(port)}`);
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (!isWebSocket(address)) return `${isSecure(address) ? "tls" : "tcp"}://${place}`;
  return `${address.isSecure ? "wss" : "ws"}://${place}${address.target === "/" ? "" : address.target}`;
}

function parseWebSocket(rest: string, address: string, isSecure: boolean): WebSocketAddress {
  const end = rest.search(/[/?]/);
  const place = end === -1 ? rest : rest.slice(0, end);
  const path = end === -1 ? "/" : rest.slice(end);
  const target = path.startsWith("?") ? `/${path}` : path;
  if (/[\s#]/.test(target)) throw noAddress(address, 'its path has a space or a "#"');
  const hasPort = /:\d+$/.test(place) && !place.endsWith("]");
  const { host, port } = parseHostAndPort(hasPort ? place : `${place}:${isSecure ? 443 : 80}`, address);
  return { host, port, target, isSecure };
}

function parseHostAndPort(rest: string, address: string): TcpAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+(?:%[^\s[\]/%]+)?)\]|([^:/[\]\s]+)):(\d{1,5})\/?$/.exec(rest);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || host.includes("@")) throw noAddress(address, `${faultOfPlace(rest)}${expected}`);
  if (port > 65_535) throw noAddress(address, "the largest port is 65535");
  return { host, port };
}

/** What is wrong with `rest`, which is no host and port, where that is sure. */
function faultOfPlace(rest: string): string {
  if (/:\d{1,5}\/./.test(rest)) return "only a WebSocket (ws://, wss://) has a path; ";
  if (/@/.test(rest)) return "it has no place for a user; give credentials as metadata; ";
  return /^[^:/[\]\s]+\/?$/.test(rest) ? "the port is missing; " : "";
}

function parsePath(path: string, address: string): LocalAddress {
  if (path === "" || path.includes("\0"))
    throw addressError(`${JSON.stringify(address)} is no address: ${expected}`);
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPathBytes && process.platform !== "win32") {
    const text = `its path has ${bytes} bytes, and the system takes ${maxPathBytes} for a socket`;
    throw addressError(`"${address}" is no address: ${text}`);
  }
  return { path };
}

function noAddress(address: string, why: string): SessionError {
  return addressError(`"${shownAddress(address)}" is no address: ${why}`);
}

function notText(address: unknown): TypeError {
  const hint = address instanceof URL ? ": give its href" : `: ${expected}`;
  return new TypeError(`address must be a string, got ${shown(address)}${hint}`);
}

function addressError(text: string): SessionError {
  return new SessionError("Protocol", `protocol error: ${text}`);
}
