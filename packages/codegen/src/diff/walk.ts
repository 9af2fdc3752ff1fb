/**
 * Walks two versions of a type side by side and notes each difference, with its path and its effect on a reader.
 * The translation plan decides whether a reader can read values at all; this module gives the reason in terms of the
 * schema.
 * Source: `protocol/schemas.md` §6.
 */
import type { EnumDeclaration, Field, StructDeclaration, Variant } from "../model/model.js";
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import { offsetsOf } from "../schema/shapes.js";
import type { Span } from "../source/span.js";
import { type ChangeKind, isLayoutChange, type Reads, type TypeChange, type Verdict } from "./change.js";
import { isBytes, isList, isTuple, partsOf, reaches, withoutTransparent } from "./concrete-parts.js";
import { concreteText, defaultText } from "./concrete-text.js";
import { SameTypes } from "./same-types.js";
import { nothingUnclear, type UnclearTypes } from "./unclear.js";
import { compareVariants } from "./variants.js";
import { contextKey, type WalkPlace } from "./walk-place.js";
import { type Detail, type FieldOfType, formText, isOption, isResultLike, isZero } from "./walk-rules.js";

type Named = Extract<ConcreteType, { kind: "named" }>;

const both = (verdict: Verdict): Reads => ({ oldReads: verdict, newReads: verdict });

/** Walks pairs of types; one for each root. */
export class TypeWalk {
  readonly changes: TypeChange[] = [];
  readonly #oldTypes: ConcreteTypes;
  readonly #newTypes: ConcreteTypes;
  readonly #seen = new Set<string>();
  readonly #recursive = new Map<ConcreteType, boolean>();

  readonly #oldUnclear: UnclearTypes;
  readonly #newUnclear: UnclearTypes;

  /** @param unclear types of the two roots that their schemas do not describe: they cannot be skipped */
  constructor(
    oldTypes: ConcreteTypes,
    newTypes: ConcreteTypes,
    unclear: readonly [UnclearTypes, UnclearTypes] = [nothingUnclear, nothingUnclear],
  ) {
    this.#oldTypes = oldTypes;
    this.#newTypes = newTypes;
    [this.#oldUnclear, this.#newUnclear] = unclear;
  }

  /** Compares two types. */
  pair(older: ConcreteType, newer: ConcreteType, from: WalkPlace): void {
    const o = withoutTransparent(older, this.#oldTypes);
    const n = withoutTransparent(newer, this.#newTypes);
    const isUnclear =
      from.isUnclear || this.#oldUnclear.isMisdescribed(o) || this.#newUnclear.isMisdescribed(n);
    const place = { ...from, isUnclear };
    const key = [o.number, n.number, contextKey(place)].join(":");
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (isBytes(o) && isBytes(n)) {
      if (o.kind !== n.kind) this.#container(o, n, place);
      return;
    }
    if (isList(o) && isList(n)) {
      if (o.kind !== n.kind) this.#container(o, n, place);
      this.pair(o.element, n.element, this.#into(place, "list", "[]"));
      return;
    }
    if (o.kind === "primitive" && n.kind === "primitive" && o.name === n.name) return;
    if (o.kind === "payload" && n.kind === "payload") {
      // Both are `payload` on the wire, so there is no plan for two versions of the content.
      if (!new SameTypes(this.#oldTypes, this.#newTypes).areSame(o.content, n.content))
        this.#typeChange("type", o, n, place);
    } else if (o.kind === "option" && n.kind === "option") {
      // Inside an option, the reference translates only a list.
      const isInOption = place.isInOption || !(isList(o.element) && isList(n.element));
      this.pair(o.element, n.element, { ...this.#into(place, "option", "?"), isInOption });
    } else if (o.kind === "array" && n.kind === "array") {
      if (o.length !== n.length) this.#typeChange("length", o, n, place);
      this.pair(o.element, n.element, this.#into(place, `array${o.length}`, "[]"));
    } else if (o.kind === "map" && n.kind === "map") {
      this.pair(o.key, n.key, this.#into(place, "map", "{key}"));
      this.pair(o.value, n.value, this.#into(place, "map", "{}"));
    } else if (o.kind === "tuple" && n.kind === "tuple") {
      this.#tuple(o.elements, n.elements, place, () => this.#typeChange("length", o, n, place));
    } else if (o.kind === "result" && n.kind === "result") {
      const inner = this.#into(place, "result", "");
      this.pair(o.ok, n.ok, { ...inner, path: `${place.path}.ok` });
      this.pair(o.error, n.error, { ...inner, path: `${place.path}.error` });
    } else if (o.kind === "channel" && n.kind === "channel") {
      if (o.direction !== n.direction) this.#typeChange("direction", o, n, place);
      else this.pair(o.element, n.element, { ...place, channel: n.direction });
    } else if (isTuple(o) && isTuple(n)) {
      this.#tupleStruct(o, n, place);
    } else if (isTuple(o) || isTuple(n)) {
      this.#typeChange("type", o, n, place);
    } else if (o.kind === "named" && n.kind === "named") {
      this.#named(o, n, place);
    } else if (!isResultLike(o, n)) {
      this.#typeChange("type", o, n, place);
    }
  }

  #tuple(o: readonly ConcreteType[], n: readonly ConcreteType[], place: WalkPlace, report: () => void): void {
    if (o.length !== n.length) {
      report();
      return;
    }
    const inner = this.#into(place, `tuple${o.length}`, "");
    for (const [i, element] of o.entries()) {
      const other = n[i];
      if (other !== undefined) this.pair(element, other, { ...inner, path: `${place.path}.${i}` });
    }
  }

  /** A tuple struct has no name on the wire: another one, or a tuple without a name, is read by position. */
  #tupleStruct(o: ConcreteType, n: ConcreteType, place: WalkPlace): void {
    const [was, is] = [partsOf(o, this.#oldTypes), partsOf(n, this.#newTypes)];
    if (was.length !== is.length) {
      this.#typeChange("length", o, n, place);
      return;
    }
    const isInRecursion = place.isInRecursion || (n.kind === "named" && this.#isRecursive(n));
    for (const [i, element] of was.entries()) {
      const other = is[i];
      const inner = { ...place, path: `${place.path}.${i}`, isInRecursion };
      if (other !== undefined) this.pair(element, other, inner);
    }
  }

  #named(o: Named, n: Named, place: WalkPlace): void {
    const older = o.declaration as StructDeclaration | EnumDeclaration;
    const newer = n.declaration as StructDeclaration | EnumDeclaration;
    if (older.kind !== newer.kind) {
      const [before, after] = [`${older.kind} ${concreteText(o)}`, `${newer.kind} ${concreteText(n)}`];
      this.#add("type", both("breaking"), place, { before, after });
      return;
    }
    if (older.name !== newer.name) {
      this.#add("type-name", both("breaking"), place, {
        member: newer.name,
        before: older.name,
        after: newer.name,
        oldSpan: older.span,
        newSpan: newer.span,
      });
      return;
    }
    const family = o.args.length === 0 ? undefined : `generic ${older.name}`;
    const inside = this.#into(place, family, "");
    const inner: WalkPlace = {
      ...inside,
      path:
        place.path === "" || /^[[\]?{}key]*$/.test(place.path) ? `${older.name}${place.path}` : place.path,
      isInRecursion: place.isInRecursion || this.#isRecursive(n),
    };
    if (older.kind === "struct" && newer.kind === "struct") {
      const pairs = [
        this.#fieldsOf(o, older.fields, 0, this.#oldTypes),
        this.#fieldsOf(n, newer.fields, 0, this.#newTypes),
      ];
      const [oldFields = [], newFields = []] = pairs;
      // A server that lacks a field of a Tx's item can write none for it; a default is known to the reader alone.
      const isRequired = (one: FieldOfType): boolean =>
        place.channel === "tx" ? !isOption(one) : one.field.required;
      this.#fields(newer, oldFields, newFields, isRequired, inner);
    } else if (older.kind === "enum" && newer.kind === "enum") {
      this.#enumeration(o, older, n, newer, inner);
    }
  }

  #fieldsOf(
    type: Named,
    fields: readonly Field[],
    offset: number,
    types: ConcreteTypes,
  ): readonly FieldOfType[] {
    const members = types.members(type);
    return fields.flatMap((field, i) => {
      const member = members[offset + i];
      return member === undefined ? [] : [{ field, type: member.type }];
    });
  }

  #fields(
    owner: { readonly name: string; readonly span: Span },
    o: readonly FieldOfType[],
    n: readonly FieldOfType[],
    isRequired: (field: FieldOfType) => boolean,
    place: WalkPlace,
    title: string = owner.name,
  ): void {
    const older = new Map(o.map((one) => [one.field.name, one]));
    const newer = new Map(n.map((one) => [one.field.name, one]));
    const removed = o.filter(({ field }) => !newer.has(field.name));
    const added = n.filter(({ field }) => !older.has(field.name));
    const isSent = place.channel === "tx";
    const fillOf = (one: FieldOfType): string | undefined => {
      if (isRequired(one)) return undefined;
      return one.field.default === undefined || isSent ? "none" : defaultText(one.field.default);
    };
    const [from] = removed;
    const [to] = added;
    const isRename =
      removed.length === 1 && added.length === 1 && from !== undefined && to !== undefined &&
      concreteText(from.type) === concreteText(to.type); // biome-ignore format: one condition
    if (isRename) {
      this.#add(
        "field-renamed",
        {
          oldReads: isRequired(from) ? "breaking" : "compatible",
          newReads: isRequired(to) ? "breaking" : "compatible",
        },
        place,
        {
          path: `${place.path}.${from.field.name}`,
          member: `${title}.${to.field.name}`,
          before: from.field.name,
          after: to.field.name,
          oldSpan: from.field.span,
          newSpan: to.field.span,
          fillBefore: fillOf(from),
          fillAfter: fillOf(to),
          isFillZero: isZero(from) && isZero(to),
        },
      );
    } else {
      for (const one of removed) {
        const newReads = !isSent && this.#oldUnclear.isUnskippable(one.type) ? "breaking" : "compatible";
        this.#add(
          "field-removed",
          { oldReads: isRequired(one) ? "breaking" : "compatible", newReads },
          place,
          {
            path: `${place.path}.${one.field.name}`,
            member: `${title}.${one.field.name}`,
            before: concreteText(one.type),
            oldSpan: one.field.span,
            newSpan: owner.span,
            fillBefore: fillOf(one),
            isFillZero: isZero(one),
          },
        );
      }
      for (const one of added) {
        const oldReads = !isSent && this.#newUnclear.isUnskippable(one.type) ? "breaking" : "compatible";
        this.#add("field-added", { oldReads, newReads: isRequired(one) ? "breaking" : "compatible" }, place, {
          path: `${place.path}.${one.field.name}`,
          member: `${title}.${one.field.name}`,
          after: concreteText(one.type),
          newSpan: one.field.span,
          fillAfter: fillOf(one),
          isFillZero: isZero(one),
        });
      }
    }
    const shared = n.filter(({ field }) => older.has(field.name)).map(({ field }) => field.name);
    if (shared.some((name, i) => o.filter(({ field }) => newer.has(field.name))[i]?.field.name !== name)) {
      this.#add("field-order", both("compatible"), place, { member: title, newSpan: owner.span });
    }
    for (const one of n) {
      const other = older.get(one.field.name);
      if (other === undefined) continue;
      const inner: WalkPlace = {
        ...place,
        path: `${place.path}.${one.field.name}`,
        member: `${title}.${one.field.name}`,
        oldSpan: other.field.span,
        newSpan: one.field.span,
        isInVariant: place.isInVariant || place.isOfVariant,
        isOfVariant: false,
      };
      this.pair(other.type, one.type, inner);
      const [before, after] = [fillOf(other), fillOf(one)];
      if (concreteText(other.type) !== concreteText(one.type) || before === after) continue;
      const kind = before === undefined || after === undefined ? "required" : "default";
      const words = {
        before: before ?? "required",
        after: after ?? "required",
        fillBefore: before,
        fillAfter: after,
      };
      this.#add(kind, both("compatible"), inner, words);
    }
  }

  #enumeration(o: Named, older: EnumDeclaration, n: Named, newer: EnumDeclaration, place: WalkPlace): void {
    const compared = compareVariants(older.variants, newer.variants);
    for (const one of compared.changes) {
      const at = one.after ?? one.before;
      this.#add(one.kind, { oldReads: one.oldReads, newReads: one.newReads }, place, {
        path: at === undefined ? place.path : `${place.path}::${(one.before ?? at).name}`,
        member: at === undefined ? newer.name : `${newer.name}::${at.name}`,
        before: one.before?.name ?? "",
        after: one.after?.name ?? "",
        oldSpan: one.before?.span,
        newSpan: one.after?.span ?? newer.span,
        hasShifted: one.hasShifted,
      });
    }
    const oldOffsets = offsetsOf(older.variants);
    const newOffsets = offsetsOf(newer.variants);
    for (const [before, after] of compared.shared) {
      const inner: WalkPlace = {
        ...place,
        path: `${place.path}::${after.name}`,
        member: `${newer.name}::${after.name}`,
        oldSpan: before.span,
        newSpan: after.span,
      };
      const [oldOffset, newOffset] = [oldOffsets.get(before) ?? 0, newOffsets.get(after) ?? 0];
      this.#variant([o, before, oldOffset], [n, after, newOffset], inner);
    }
  }

  #variant(
    [o, before, oldOffset]: readonly [Named, Variant, number],
    [n, after, newOffset]: readonly [Named, Variant, number],
    place: WalkPlace,
  ): void {
    const [was, is] = [before.form, after.form];
    if (was.kind === "struct" && is.kind === "struct") {
      const fields = [
        this.#fieldsOf(o, was.fields, oldOffset, this.#oldTypes),
        this.#fieldsOf(n, is.fields, newOffset, this.#newTypes),
      ];
      const [oldFields = [], newFields = []] = fields;
      const title = place.member ?? after.name;
      // Fields of struct variants are announced as required: only an option may be absent.
      const isRequired = (one: FieldOfType): boolean => !isOption(one);
      this.#fields(
        { name: after.name, span: after.span },
        oldFields,
        newFields,
        isRequired,
        { ...place, isOfVariant: true },
        title,
      );
      return;
    }
    if (was.kind !== is.kind) {
      this.#add("payload", both("breaking"), place, { before: formText(before), after: formText(after) });
      return;
    }
    const count = was.kind === "tuple" ? was.types.length : was.kind === "newtype" ? 1 : 0;
    const elements = (type: Named, offset: number, length: number, types: ConcreteTypes): ConcreteType[] =>
      types.members(type).slice(offset, offset + length).map((member) => member.type); // biome-ignore format: one slice
    const oldElements = elements(o, oldOffset, count, this.#oldTypes);
    const newCount = is.kind === "tuple" ? is.types.length : count;
    const newElements = elements(n, newOffset, newCount, this.#newTypes);
    if (count !== newCount) {
      this.#add("length", both("breaking"), place, { before: formText(before), after: formText(after) });
      return;
    }
    for (const [i, element] of oldElements.entries()) {
      const other = newElements[i];
      const path = is.kind === "newtype" ? place.path : `${place.path}.${i}`;
      if (other !== undefined) this.pair(element, other, { ...place, path });
    }
  }

  #container(o: ConcreteType, n: ConcreteType, place: WalkPlace): void {
    this.#add("container", both("compatible"), place, { before: concreteText(o), after: concreteText(n) });
  }

  #typeChange(kind: ChangeKind, o: ConcreteType, n: ConcreteType, place: WalkPlace): void {
    this.#add(kind, both("breaking"), place, { before: concreteText(o), after: concreteText(n) });
  }

  #add(kind: ChangeKind, reads: Reads, place: WalkPlace, detail: Detail): void {
    const { channel, isInOption, isInVariant, isOfVariant, isNested, isInRecursion } = place;
    const change: TypeChange = {
      kind,
      path: place.path,
      member: place.member,
      oldSpan: place.oldSpan,
      newSpan: place.newSpan,
      before: "",
      after: "",
      fillBefore: undefined,
      fillAfter: undefined,
      isFillZero: true,
      hasShifted: false,
      ...detail,
      ...reads,
      context: { channel, isInOption, isInVariant, isOfVariant, isNested, isInRecursion },
    };
    const isMisread = place.isUnclear && isLayoutChange(change);
    this.changes.push(isMisread ? { ...change, ...both("breaking") } : change);
  }

  /** One step into a generic type. */
  #into(place: WalkPlace, family: string | undefined, suffix: string): WalkPlace {
    if (family === undefined) return { ...place, path: place.path + suffix };
    return {
      ...place,
      path: place.path + suffix,
      isNested: place.isNested || place.open.has(family),
      open: new Set([...place.open, family]),
    };
  }

  #isRecursive(type: Named): boolean {
    let known = this.#recursive.get(type);
    if (known === undefined) {
      known = reaches(type, type, this.#newTypes);
      this.#recursive.set(type, known);
    }
    return known;
  }
}
