/** Small questions of the comparison of a method. */
import type { ConcreteType } from "../schema/concrete-type.js";
import type { Span } from "../source/span.js";
import { atMostConditional, isLayoutChange, type Reads, type TypeChange } from "./change.js";
import type { ComparedRoot } from "./compared-root.js";
import { concreteText } from "./concrete-text.js";
import type { Compatibility } from "./finding.js";
import type { Reading } from "./plan-verdict.js";
import { isFromClient, type Position } from "./words.js";

/** The results of the plans of one root, for either version as the reader. */
export interface PlanReads {
  readonly oldReads: Reading;
  readonly newReads: Reading;
}

/** Where the static decoder reads, there is no plan: it misreads every change of the layout. */
export function unseen(part: ComparedRoot, { oldReads, newReads }: PlanReads): ComparedRoot {
  if (!oldReads.isStatic && !newReads.isStatic) return part;
  const changes = part.changes.map(
    (change): TypeChange =>
      isLayoutChange(change)
        ? {
            ...change,
            oldReads: oldReads.isStatic ? "breaking" : change.oldReads,
            newReads: newReads.isStatic ? "breaking" : change.newReads,
          }
        : change,
  );
  return { ...part, changes };
}

/** The same, the two sides changed. */
export function turned<T>({ oldReads, newReads }: { readonly oldReads: T; readonly newReads: T }): {
  readonly oldReads: T;
  readonly newReads: T;
} {
  return { oldReads: newReads, newReads: oldReads };
}

/** Errors do not travel with every call. */
export function capped<Change extends Reads>({ oldReads, newReads }: Change): Reads {
  return { oldReads: atMostConditional(oldReads), newReads: atMostConditional(newReads) };
}

/** The verdicts of the two sides, by the pair of peers that meet. */
export function compatibilityOf({ oldReads, newReads }: Reads, position: Position): Compatibility {
  return isFromClient(position)
    ? { oldClient: newReads, newClient: oldReads }
    : { oldClient: oldReads, newClient: newReads };
}

/** The number of arguments as text. */
export function countText({ length }: readonly unknown[]): string {
  return length === 0 ? "no argument" : length === 1 ? "1 argument" : `${length} arguments`;
}

/** A removed part is shown in its old form. */
export function relatedOf({
  kind,
  newSpan,
  oldSpan,
}: TypeChange): readonly { span: Span; message: string }[] {
  const isGone = kind.endsWith("-removed") || kind.endsWith("-renamed") || newSpan === undefined;
  return isGone && oldSpan !== undefined ? [{ span: oldSpan, message: "as it was" }] : [];
}

/** A declared error that came or went, as a change of the response's type. */
export function throwsChange(isAdded: boolean, type: ConcreteType, span: Span): TypeChange {
  const text = concreteText(type);
  return {
    kind: "type",
    path: "",
    member: undefined,
    oldSpan: span,
    newSpan: span,
    before: isAdded ? "never" : text,
    after: isAdded ? text : "never",
    fillBefore: undefined,
    fillAfter: undefined,
    isFillZero: true,
    hasShifted: false,
    oldReads: isAdded ? "conditional" : "compatible",
    newReads: isAdded ? "compatible" : "conditional",
    context: {
      channel: undefined,
      isInOption: false,
      isInVariant: false,
      isOfVariant: false,
      isNested: false,
      isInRecursion: false,
    },
  };
}
