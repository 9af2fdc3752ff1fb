/** Variants of two versions of an enum, matched by name. */
import type { Variant } from "../model/model.js";
import type { ChangeKind, Reads } from "./change.js";

export interface VariantChange extends Reads {
  readonly kind: Extract<ChangeKind, `variant-${string}`>;
  readonly before: Variant | undefined;
  readonly after: Variant | undefined;
  /** Whether variants that both versions have got another position. */
  readonly hasShifted: boolean;
}

export interface ComparedVariants {
  readonly changes: readonly VariantChange[];
  /** Old and new one of each name that both have. */
  readonly shared: readonly (readonly [Variant, Variant])[];
}

/** Compares by name; the position of a variant does not matter to a reader with a plan. */
export function compareVariants(older: readonly Variant[], newer: readonly Variant[]): ComparedVariants {
  const before = new Map(older.map((variant) => [variant.name, variant]));
  const after = new Map(newer.map((variant) => [variant.name, variant]));
  const removed = older.filter(({ name }) => !after.has(name));
  const added = newer.filter(({ name }) => !before.has(name));
  const common = Math.min(older.length, newer.length);
  const [from] = removed;
  const [to] = added;
  const isRename =
    removed.length === 1 && added.length === 1 && from !== undefined && to !== undefined &&
    older.indexOf(from) === newer.indexOf(to) && from.form.kind === to.form.kind; // biome-ignore format: one condition
  const renamedTo = (name: string): string => (isRename && name === from.name ? to.name : name);
  const hasShifted = older.slice(0, common).some((variant, i) => renamedTo(variant.name) !== newer[i]?.name);
  const changes: VariantChange[] = [];
  if (isRename) {
    changes.push({
      kind: "variant-renamed",
      before: from,
      after: to,
      oldReads: "conditional",
      newReads: "conditional",
      hasShifted,
    });
  } else {
    for (const variant of removed) {
      changes.push({
        kind: "variant-removed",
        before: variant,
        after: undefined,
        oldReads: "compatible",
        newReads: "conditional",
        hasShifted,
      });
    }
    for (const variant of added) {
      changes.push({
        kind: "variant-added",
        before: undefined,
        after: variant,
        oldReads: "conditional",
        newReads: "compatible",
        hasShifted,
      });
    }
  }
  if (hasShifted && removed.length === 0 && added.length === 0) {
    const compatible = { oldReads: "compatible", newReads: "compatible" } as const;
    changes.push({ kind: "variant-order", before: undefined, after: undefined, ...compatible, hasShifted });
  }
  const shared = newer.flatMap((variant) => {
    const other = before.get(variant.name);
    return other === undefined ? [] : [[other, variant] as const];
  });
  return { changes, shared };
}
