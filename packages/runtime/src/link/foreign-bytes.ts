/** Recognises peers that speak another protocol, so that a wrong port gives one clear error text. */

/** First bytes of other protocols, and the names of these protocols. */
const openings: readonly (readonly [start: string, name: string])[] = [
  ["HTTP/", "an HTTP answer"],
  ["GET ", "an HTTP request"],
  ["POST ", "an HTTP request"],
  ["PUT ", "an HTTP request"],
  ["HEAD ", "an HTTP request"],
  ["OPTIONS ", "an HTTP request"],
  ["PRI * HTTP/2", "an HTTP/2 request"],
  ["SSH-", "an SSH server"],
  ["220 ", "a mail or FTP server"],
  ["\x16\x03", "a TLS handshake"],
  ["\x15\x03", "a TLS alert"],
];

/** HTTP/2 SETTINGS on stream 0: what a server of that protocol sends first. */
const http2SettingsType = 0x04;
const http2HeaderBytes = 9;

/**
 * The name of the protocol that begins with these bytes; undefined for unknown bytes.
 * @param first the first bytes that arrived; eight are enough
 */
export function describeForeignBytes(first: Uint8Array): string | undefined {
  const text = String.fromCharCode(...first.subarray(0, http2HeaderBytes));
  if (text === "") return undefined;
  const known = openings.find(
    ([start]) => text.startsWith(start) || (text.length > 3 && start.startsWith(text)),
  );
  if (known !== undefined) return known[1];
  if (first.length >= 6 && first[0] === 0 && first[3] === http2SettingsType && first[4] === 0)
    return "an HTTP/2 server";
  return /^[\t\n\r -~]{4,}$/.test(text) ? "plain text" : undefined;
}
