/** Checks what a store returns about an operation, like data of a peer. */
import { Reader } from "../bytes/reader.js";
import { StoreError } from "../errors.js";
import type { MetadataLimits } from "../limits.js";
import { skipMetadata } from "../wire/metadata.js";
import type { OperationEntry } from "./operation-store.js";

/** No limit: this reply was sent before, so its metadata is not refused now. */
const anyMetadata: MetadataLimits = {
  maxMetadataEntries: Number.POSITIVE_INFINITY,
  maxMetadataBytes: Number.POSITIVE_INFINITY,
};

/**
 * Checks an entry that a store has returned, and copies its fields.
 * @returns the copy; undefined when there is no entry
 * @throws StoreError `RecordDamaged` for a value that is not an entry
 */
export function checkedEntry(given: unknown): OperationEntry | undefined {
  if (given === undefined || given === null) return undefined;
  try {
    const { methodId, fingerprint, persist, reply } = given as OperationEntry;
    if (typeof methodId !== "bigint") throw new TypeError("its method id is no bigint");
    if (typeof fingerprint !== "string") throw new TypeError("its fingerprint is no string");
    if (typeof persist !== "boolean") throw new TypeError("`persist` is no boolean");
    if (reply === undefined || reply === null) return { methodId, fingerprint, persist, reply: undefined };
    const { payload, metadata } = reply;
    if (!(payload instanceof Uint8Array) || !(metadata instanceof Uint8Array))
      throw new TypeError("its reply is no bytes");
    // The variant of the response. After variant 1, the variant of a declared error.
    if (payload[0] !== 0 && (payload[0] !== 1 || payload[1] !== 0))
      throw new TypeError("its reply is no response");
    const r = new Reader();
    r.reset(metadata, 0, metadata.length);
    skipMetadata(r, anyMetadata);
    if (r.position !== metadata.length) throw new TypeError("bytes follow behind the metadata of its reply");
    return { methodId, fingerprint, persist, reply: { payload, metadata } };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError("RecordDamaged", `an operation's record is damaged: ${why}`, { cause });
  }
}
