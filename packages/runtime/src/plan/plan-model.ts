/**
 * A translation plan: how a value in a peer's layout is read into ours, or how a value of ours is written in the peer's
 * layout. Plain data; recursive types are cycles in it. Both kinds follow the remote layout: its fields in their order,
 * its variants by their index. Source: `protocol/schemas.md` §6, `protocol/postcard.md` §6.
 */
import type { SchemaPrimitive, TypeRef } from "../schema/model.js";

/** What a plan may cost. */
export interface PlanLimits {
  /** Types, fields, variants and elements that are looked at, on each side. Default 65,536. */
  readonly maxNodes: number;
  /** Types inside each other, recursion not counted. Default 128. */
  readonly maxDepth: number;
}

/** The limits that hold where none are given. Source: `protocol/schemas.md` §6. */
export const planLimits: PlanLimits = { maxNodes: 65_536, maxDepth: 128 };

/** How a whole value is read, or written. */
export interface Plan {
  readonly root: PlanNode;
  /** Every node once, parts before wholes where there is no recursion. */
  readonly nodes: readonly PlanNode[];
}

interface NodeBase {
  readonly remote: TypeRef;
  readonly local: TypeRef;
  /** Where it was met first: `.field`, `::Variant`, `.0`, concatenated. */
  readonly path: string;
  /** Whether both layouts are the same at every level: the static code fits. @internal set when the plan is done */
  same: boolean;
  /** Bytes of the smallest remote encoding, or fewer. @internal set when the node is done */
  minBytes: number;
}

/** The same primitive on both sides, or bytes against a list of u8. */
export interface DirectNode extends NodeBase {
  readonly kind: "direct";
  /** What our schema says; of bytes and lists of u8 always `bytes`. */
  readonly type: SchemaPrimitive;
}

/**
 * A remote field, in wire order: one that we have (`read` into ours of that name, or written from it), one that is
 * skipped when reading, an option that is written as `none`.
 */
export type FieldStep =
  | { readonly name: string; readonly action: "read"; readonly node: PlanNode }
  | { readonly name: string; readonly action: "skip"; readonly skip: SkipNode }
  | { readonly name: string; readonly action: "none" };

/** Fields by name: of a struct, or of a struct variant. */
export interface FieldsPlan {
  readonly steps: readonly FieldStep[];
  /** Our fields that the peer does not have: they take their defaults when reading, and are left out when writing. */
  readonly defaults: readonly string[];
}

export interface StructNode extends NodeBase {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: FieldsPlan;
}

export interface TupleNode extends NodeBase {
  readonly kind: "tuple";
  readonly elements: readonly PlanNode[];
}

export type VariantPlan =
  /** We do not have it: an error when it arrives, and never written. */
  | { readonly name: string; readonly form: "unknown" }
  | { readonly name: string; readonly form: "unit" }
  | { readonly name: string; readonly form: "newtype"; readonly node: PlanNode }
  | { readonly name: string; readonly form: "tuple"; readonly elements: readonly PlanNode[] }
  | { readonly name: string; readonly form: "struct"; readonly fields: FieldsPlan };

export interface EnumNode extends NodeBase {
  readonly kind: "enum";
  readonly name: string;
  /** By remote index. */
  readonly variants: readonly VariantPlan[];
  /** Names of our own variants, in our order. When writing, one that the peer does not have is an error. */
  readonly localVariants: readonly string[];
}

/** A list or a set. */
export interface ListNode extends NodeBase {
  readonly kind: "list";
  readonly element: PlanNode;
}

export interface OptionNode extends NodeBase {
  readonly kind: "option";
  readonly element: PlanNode;
}

export interface ArrayNode extends NodeBase {
  readonly kind: "array";
  readonly element: PlanNode;
  /** What the peer's schema says. */
  readonly length: number;
  /** Whether that number may belong to another array of the peer: all arrays of a root share one schema. */
  readonly isLengthShared: boolean;
}

export interface MapNode extends NodeBase {
  readonly kind: "map";
  readonly key: PlanNode;
  readonly value: PlanNode;
}

export interface ChannelNode extends NodeBase {
  readonly kind: "channel";
  readonly direction: "tx" | "rx";
  /** How a handler reads the items of an `rx`, and how it writes those of a `tx`. */
  readonly element: PlanNode;
}

export type PlanNode =
  | DirectNode
  | StructNode
  | TupleNode
  | EnumNode
  | ListNode
  | OptionNode
  | ArrayNode
  | MapNode
  | ChannelNode;

interface SkipBase {
  readonly remote: TypeRef;
  /** Bytes of the smallest encoding, or fewer. @internal set when the node is done */
  minBytes: number;
  /** Bytes of every encoding; undefined when they differ. @internal set when the node is done */
  fixedBytes: number | undefined;
  /** Whether it contains itself and is where recursion is counted. @internal */
  isRecursive: boolean;
}

/** A remote value that is skipped. */
export type SkipNode =
  | (SkipBase & { readonly kind: "primitive"; readonly type: SchemaPrimitive })
  | (SkipBase & { readonly kind: "all"; readonly parts: readonly SkipNode[] })
  | (SkipBase & { readonly kind: "enum"; readonly variants: readonly (readonly SkipNode[])[] })
  | (SkipBase & { readonly kind: "list" | "option"; readonly parts: readonly SkipNode[] })
  | (SkipBase & { readonly kind: "array"; readonly parts: readonly SkipNode[]; readonly length: number })
  | (SkipBase & { readonly kind: "channel"; readonly direction: "tx" | "rx" });
