/**
 * A token beside the request that opens a WebSocket. A browser lets a page set no headers there, so the token travels
 * as a subprotocol, in the way that Vox servers agree on.
 */

import { text } from "../options/checks.js";

/** Characters of a subprotocol. Source: RFC 6455 §4.1 with RFC 9110 §5.6.2. */
const protocolPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Subprotocols that carry a bearer token: `vox.v1` and `vox.bearer.TOKEN`. The server answers `vox.v1`.
 *
 * ```ts
 * const shop = await connect(Catalog, { protocols: bearerProtocols(token) });
 * ```
 *
 * @throws TypeError for a token with characters that a subprotocol cannot have; encode it as base64url
 */
export function bearerProtocols(token: string): readonly string[] {
  text(token, "token");
  if (!protocolPattern.test(token))
    throw new TypeError(
      "this token has characters that a WebSocket subprotocol cannot have: encode it as base64url",
    );
  return ["vox.v1", `vox.bearer.${token}`];
}
