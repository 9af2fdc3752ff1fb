import type { PrimitiveName, Type } from "../../model/model.js";
import { withoutAliases } from "../../model/parts.js";
import { isBrand } from "../../model/tuple-structs.js";
import type { Span } from "../../source/span.js";
import { parameterUses } from "../parameter-uses.js";
import { invalidType, type Linked } from "../program.js";
import { quotedType } from "../type-text.js";

const comparable: ReadonlySet<PrimitiveName> = new Set([
  "bool", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "char", "string",
]); // biome-ignore format: a table

/** Keys of maps and elements of sets must be equal in JavaScript exactly when they are equal on the wire. */
export function checkKeys(linked: Linked): void {
  const uses = parameterUses(linked);
  const check = (type: Type, use: string, span: Span): void => {
    const reason = whyNoKey(type);
    if (reason === undefined) return;
    linked.reporter.report("VOX3008", span, { type: quotedType(type), use, reason });
  };
  for (const [node, type] of linked.types) {
    if (node.kind !== "named" || type === invalidType) continue;
    const [first] = node.args;
    if (first === undefined) continue;
    if (type.kind === "map") check(type.key, "the key of a map", first.span);
    else if (type.kind === "set") check(type.element, "an element of a set", first.span);
    else if (type.kind === "named" || type.kind === "alias") {
      const known = uses(type.declaration);
      type.args.forEach((argument, at) => {
        const key = known[at]?.find((use) => use.kind === "key");
        if (key?.kind === "key")
          check(argument, `${key.use} in \`${node.name.text}\``, node.args[at]?.span ?? node.span);
      });
    }
  }
}

/** The problem of JavaScript with such keys; undefined for keys that it compares well. */
function whyNoKey(type: Type): string | undefined {
  const plain = withoutAliases(type);
  if (plain === invalidType || plain.kind === "parameter") return undefined;
  if (plain.kind === "primitive") {
    if (comparable.has(plain.name)) return undefined;
    if (plain.name === "duration" || plain.name === "timedelta")
      return "compares lengths of time after rounding";
    if (plain.name === "value") return "compares objects by identity";
    if (plain.name === "f32" || plain.name === "f64") return "takes 0 and -0 for one key";
    return plain.name === "bytes"
      ? "compares byte arrays by identity"
      : "has a single value of this type, or none";
  }
  if (plain.kind === "payload") return whyNoKey(plain.content);
  if (plain.kind === "named" && plain.declaration.kind === "tupleStruct" && isBrand(plain.declaration)) {
    const [only] = plain.declaration.elements;
    return only === undefined ? undefined : whyNoKey(only);
  }
  const isPlainEnum =
    plain.kind === "named" &&
    plain.declaration.kind === "enum" &&
    !plain.declaration.isError &&
    plain.declaration.variants.every((variant) => variant.form.kind === "unit");
  if (isPlainEnum) return undefined;
  return plain.kind === "option"
    ? "cannot tell a key that is none from a missing one"
    : "compares objects by identity";
}
