/** What a store says about an operation is checked like what a peer says. */
import { Reader } from "../bytes/reader.js";
import { StoreError } from "../errors.js";
import type { MetadataLimits } from "../limits.js";
import { skipMetadata } from "../wire/metadata.js";
import type { OperationEntry } from "./operation-store.js";

/** Nothing is refused here that was sent once. */
const anyMetadata: MetadataLimits = {
  maxMetadataEntries: Number.POSITIVE_INFINITY,
  maxMetadataBytes: Number.POSITIVE_INFINITY,
};

/**
 * An entry as a store has given it; undefined where there is none.
 * @throws StoreError `RecordDamaged` for what is no entry
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
    // The variant of the response, and behind the second one that of a declared error.
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
