/** Differences between two versions of a type, and their effect on the reader. */
import type { Span } from "../source/span.js";

/**
 * Whether one side reads what the other writes.
 *
 * - `compatible`: always.
 * - `conditional`: unless a certain value occurs, such as a variant that the reader does not have; that call fails.
 * - `breaking`: never, or not with the right values.
 */
export type Verdict = "compatible" | "conditional" | "breaking";

const ranks: Readonly<Record<Verdict, number>> = { compatible: 0, conditional: 1, breaking: 2 };

/** The worst of several verdicts; of none, `compatible`. */
export function worst(...verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((a, b) => (ranks[b] > ranks[a] ? b : a), "compatible");
}

/** The same, but no worse than `conditional`: for parts that do not travel with every call. */
export function atMostConditional(verdict: Verdict): Verdict {
  return verdict === "breaking" ? "conditional" : verdict;
}

/** The two ways in which two versions meet. */
export interface Reads {
  /** The old version reads what the new one writes. */
  readonly oldReads: Verdict;
  /** The new version reads what the old one writes. */
  readonly newReads: Verdict;
}

export type ChangeKind =
  /** Another type. */
  | "type"
  /** A struct or enum of another name. */
  | "type-name"
  | "field-added"
  | "field-removed"
  | "field-renamed"
  | "field-order"
  | "variant-added"
  | "variant-removed"
  | "variant-renamed"
  | "variant-order"
  /** The form of a variant: unit, newtype, tuple, struct. */
  | "payload"
  /** Elements of a tuple, of a fixed array, or the number of arguments. */
  | "length"
  /** Direction of a channel. */
  | "direction"
  /** Another collection of the same encoding. */
  | "container"
  /** Value of a declared default. */
  | "default"
  /** Whether a field may be absent, of a field that both versions have. */
  | "required";

/** Where in a type a change is, as far as the reading of it depends on that. */
export interface ChangeContext {
  /** In the items of a channel. */
  readonly channel: "tx" | "rx" | undefined;
  /** Below an option, other than as the items of a list that is its content. */
  readonly isInOption: boolean;
  /** Below a field of a struct variant. */
  readonly isInVariant: boolean;
  /** A field of a struct variant itself. */
  readonly isOfVariant: boolean;
  /** Below a generic type that is inside itself: a list in a list, an option in an option. */
  readonly isNested: boolean;
  /** Below a type that contains itself. */
  readonly isInRecursion: boolean;
}

/** One difference between two versions of a type. */
export interface TypeChange extends Reads {
  readonly kind: ChangeKind;
  /** `Page.items[].price`; for an added field the path of the field. Empty: the whole type. */
  readonly path: string;
  /** The changed member or type: `Product.price`, or the name of the type; undefined outside of declarations. */
  readonly member: string | undefined;
  /** Place in the new version; undefined when it has none. */
  readonly newSpan: Span | undefined;
  /** Place in the old version. */
  readonly oldSpan: Span | undefined;
  /** The old text; its form depends on the kind: a type, a name, a number, a default. */
  readonly before: string;
  /** The new text. */
  readonly after: string;
  /** Of a field: the value that a reader takes where the field is absent; undefined for a required field. */
  readonly fillBefore: string | undefined;
  readonly fillAfter: string | undefined;
  /** Whether the value that a reader takes for an absent field is the zero of its type: 0, "", none. */
  readonly isFillZero: boolean;
  /** Of variants: whether others got another position. */
  readonly hasShifted: boolean;
  readonly context: ChangeContext;
}

/** Whether the encoding differs: a reader of the old layout misreads the new one. */
export function isLayoutChange({ kind, hasShifted }: TypeChange): boolean {
  switch (kind) {
    case "container":
    case "default":
    case "required":
      return false;
    case "variant-added":
    case "variant-removed":
      return hasShifted;
    case "variant-renamed":
      return false;
    default:
      return true;
  }
}
