/** Addresses of peers. Source: `protocol/calls.md` §8.1. */
import { SessionError } from "../errors.js";

/** Where a TCP peer listens. */
export interface TcpAddress {
  readonly host: string;
  /** 0 when serving: any free port. */
  readonly port: number;
}

/**
 * Reads `tcp://host:port` or `host:port`; an IPv6 host stands in brackets.
 * @param unknownScheme how the error of another scheme begins
 * @throws SessionError `Protocol` for another scheme or what is no address
 */
export function parseTcpAddress(address: string, unknownScheme = "unknown transport scheme"): TcpAddress {
  const separator = address.indexOf("://");
  const scheme = separator === -1 ? "tcp" : address.slice(0, separator);
  if (scheme !== "tcp") throw addressError(`${unknownScheme}: "${scheme}" (known: tcp)`);
  const rest = separator === -1 ? address : address.slice(separator + 3);
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:/[\]\s]+)):(\d{1,5})\/?$/.exec(rest);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined) {
    throw addressError(`"${address}" is no address: expected tcp://host:port, like tcp://127.0.0.1:4000`);
  }
  if (port > 65_535) throw addressError(`"${address}" is no address: the largest port is 65535`);
  return { host, port };
}

/** The address as text, in the form that {@link parseTcpAddress} reads. */
export function formatTcpAddress({ host, port }: TcpAddress): string {
  return `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function addressError(text: string): SessionError {
  return new SessionError("Protocol", `protocol error: ${text}`);
}
