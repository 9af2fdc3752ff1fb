/** Small questions of a walk through two types. */
import type { Field, Variant } from "../model/model.js";
import type { ConcreteType } from "../schema/concrete-type.js";
import type { Span } from "../source/span.js";
import { isZeroDefault } from "./concrete-text.js";

/** A field with its type in one instance. */
export interface FieldOfType {
  readonly field: Field;
  readonly type: ConcreteType;
}

/** The details of a change beside its kind. */
export interface Detail {
  readonly path?: string;
  readonly member?: string | undefined;
  readonly oldSpan?: Span | undefined;
  readonly newSpan?: Span | undefined;
  readonly before?: string;
  readonly after?: string;
  readonly fillBefore?: string | undefined;
  readonly fillAfter?: string | undefined;
  readonly isFillZero?: boolean;
  readonly hasShifted?: boolean;
}

/** Whether it may be absent without a default. */
export function isOption({ type }: FieldOfType): boolean {
  return type.kind === "option";
}

/** Whether the value that replaces an absent field is the value of zeroed memory. */
export function isZero({ field, type }: FieldOfType): boolean {
  if (field.default === undefined) return true;
  const declaration = type.kind === "named" ? type.declaration : undefined;
  return isZeroDefault(
    field.default,
    declaration?.kind === "enum" ? declaration.variants[0]?.name : undefined,
  );
}

/** A result against an enum that is declared like one: the plan alone knows. */
export function isResultLike(o: ConcreteType, n: ConcreteType): boolean {
  const is = (a: ConcreteType, b: ConcreteType): boolean =>
    a.kind === "result" && b.kind === "named" && b.declaration.name === "Result";
  return is(o, n) || is(n, o);
}

/** The form of a variant's payload as text, for messages. */
export function formText({ form }: Variant): string {
  switch (form.kind) {
    case "unit":
      return "no value";
    case "newtype":
      return "one value";
    case "tuple":
      return `${form.types.length} values`;
    case "struct":
      return "named fields";
  }
}
