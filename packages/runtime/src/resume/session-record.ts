/** Checks what a store returns about a session, like data of a peer. */
import { StoreError } from "../errors.js";
import type { SessionRecord } from "../establish/resume-target.js";
import { type Check, checkMembers, flag, type OptionChecks, oneOf, u32 } from "../options/checks.js";
import type { ConnectionSettings } from "../session/connection.js";

const id: Check = (value, name) => {
  if (typeof value !== "string" || !/^[0-9a-f]{32}$/.test(value))
    throw new TypeError(`${name} must be 32 hexadecimal digits`);
};

const settingsChecks: OptionChecks<ConnectionSettings> = {
  parity: oneOf("Odd", "Even"),
  maxConcurrentRequests: u32(0),
  initialChannelCredit: u32(1),
};

// A later version of this package may store more.
const settings: Check = (value, name) => checkMembers(value as ConnectionSettings, settingsChecks, name);

const recordChecks: OptionChecks<SessionRecord> = {
  sessionId: id,
  local: settings,
  peer: settings,
  peerSupportsRetry: flag,
  identity: id,
  claims: (value, name) => {
    if (!Array.isArray(value)) throw new TypeError(`${name} must be a list`);
    for (const [index, each] of value.entries()) id(each, `${name}[${index}]`);
  },
};

/**
 * Checks a record that a store has returned, and copies its fields.
 * @returns the copy, without other members of the object
 * @throws StoreError `RecordDamaged` for a value that is not a record
 */
export function checkedRecord(given: unknown): SessionRecord {
  try {
    const record = given as SessionRecord;
    checkMembers(record, recordChecks, "record");
    const { sessionId, local, peer, peerSupportsRetry, identity, claims } = record;
    for (const [name, each] of Object.entries({ sessionId, local, peer, peerSupportsRetry }))
      if (each === undefined) throw new TypeError(`record.${name} is missing`);
    const settings = { local: settingsOf(local), peer: settingsOf(peer) };
    return { sessionId, ...settings, peerSupportsRetry, identity, claims };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError("RecordDamaged", `a session's record is damaged: ${why}`, { cause });
  }
}

function settingsOf(given: ConnectionSettings): ConnectionSettings {
  const { parity, maxConcurrentRequests, initialChannelCredit } = given;
  for (const each of [parity, maxConcurrentRequests, initialChannelCredit])
    if (each === undefined) throw new TypeError("settings are incomplete");
  return { parity, maxConcurrentRequests, initialChannelCredit };
}
