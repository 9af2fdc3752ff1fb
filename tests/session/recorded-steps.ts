/** The content of `session.json`. See `session.README.md`. */
import { Metadata } from "@voxrpc/runtime";
import type { MetadataEntry } from "../../packages/runtime/src/wire/metadata.js";
import { fromHex } from "../support/golden-values.js";

export type Role = "client" | "server";

export interface RecordedEntry {
  readonly key: string;
  readonly value: { readonly String?: string; readonly Bytes?: string; readonly U64?: string };
  readonly flags: number;
}

export interface RecordedSettings {
  readonly parity: string;
  readonly max_concurrent_requests: number;
  readonly initial_channel_credit: number;
}

interface RecordedMessage {
  readonly type?: string;
  readonly connection?: number;
  readonly connection_settings?: RecordedSettings;
  readonly metadata?: readonly RecordedEntry[];
  readonly request?: number;
  readonly method_name?: string;
  readonly ret?: {
    readonly value?: { readonly Ok?: unknown; readonly Err?: string | { readonly User?: unknown } };
  };
}

export interface Step {
  readonly from?: Role;
  readonly link?: number;
  readonly kind: string;
  readonly hex?: string;
  readonly hex_template?: string;
  readonly message?: RecordedMessage;
  readonly by?: "harness";
  readonly delivered?: false;
  readonly note?: string;
  /** Parts that were drawn by lot, by names that stand for the same bytes each time. */
  readonly random?: readonly { readonly name: string; readonly offset: number; readonly length: number }[];
  /** Index of the range of steps to which it belongs, whose order is free. */
  readonly group?: number;
  /** `any`: free within its direction, too. */
  readonly order?: "interleaved" | "any";
}

export interface Transcript {
  readonly name: string;
  readonly description: string;
  readonly settings: Readonly<Record<Role, RecordedSettings>> & {
    /** Whether the acceptor keeps sessions that have lost their links. */
    readonly server_registry?: boolean;
    /** Of `proxy`, a pair for each link. */
    readonly links?: readonly Readonly<Record<Role, { readonly settings: RecordedSettings }>>[];
  };
  readonly steps: readonly Step[];
  readonly outcome: readonly { readonly who: string; readonly text: string }[];
}

/** Metadata as in the record. */
export function metadataOf(entries: readonly RecordedEntry[]): Metadata {
  return new Metadata(
    entries.map(
      ({ key, value, flags }): MetadataEntry => ({
        key,
        value: value.String ?? (value.U64 === undefined ? fromHex(value.Bytes ?? "") : BigInt(value.U64)),
        flags: BigInt(flags),
      }),
    ),
  );
}
