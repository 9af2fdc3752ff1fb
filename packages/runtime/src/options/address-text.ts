/**
 * Addresses in errors, events and snapshots. Some clients carry a token in the query, or a password before the host.
 */

/** Replaces a part that may be a secret. */
const hidden = "…";

/**
 * An address as an error, an event or a snapshot shows it: without user, password, query and fragment. The path of a
 * local socket has none of these.
 */
export function shownAddress(address: string): string {
  if (/^local:/i.test(address)) return address;
  return address
    .replace(/([?#]).+$/s, `$1${hidden}`)
    .replace(/^([a-z][a-z0-9+.-]*:\/*)?[^/?#]*@/i, `$1${hidden}@`);
}
