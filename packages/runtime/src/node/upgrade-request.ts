/** The data of the HTTP request that became a WebSocket: an application uses them to recognise the client. */
import type { IncomingMessage } from "node:http";
import type { UpgradeRequest } from "../link/link.js";
import { peerText } from "../options/peer-text.js";

const bearerProtocol = "vox.bearer.";

/** Reads an upgrade request. The data come from the client and are not checked. */
export function upgradeRequest({ url = "/", headers }: IncomingMessage): UpgradeRequest {
  const plain: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(", ") : value;
  const request = {
    url,
    headers: plain,
    cookies: readCookies(headers.cookie ?? ""),
    bearerToken: readBearer(headers.authorization) ?? readProtocol(headers["sec-websocket-protocol"]),
  };
  const show = { value: () => shown(request) };
  return Object.defineProperties(request, {
    toJSON: show,
    [Symbol.for("nodejs.util.inspect.custom")]: show,
  });
}

/** The form for a log, without values: queries, cookies and headers of any name may hold tokens. */
function shown({ url, headers, cookies }: UpgradeRequest): Readonly<Record<string, unknown>> {
  return {
    url: peerText(url.replace(/\?.*$/s, "?…")),
    headers: Object.keys(headers).map((name) => peerText(name)),
    cookies: Object.keys(cookies).map((name) => peerText(name)),
  };
}

function readBearer(authorization: string | undefined): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(authorization ?? "")?.[1];
}

function readProtocol(protocols: string | undefined): string | undefined {
  const offered = (protocols ?? "").split(",").map((each) => each.trim());
  return offered.find((each) => each.startsWith(bearerProtocol))?.slice(bearerProtocol.length);
}

/** Source: RFC 6265 §4.2.1. The first of several with one name counts. */
function readCookies(header: string): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null);
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at === -1) continue;
    const name = pair.slice(0, at).trim();
    const value = pair
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, "$1");
    if (name !== "" && !(name in cookies)) cookies[name] = decoded(value);
  }
  return cookies;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
