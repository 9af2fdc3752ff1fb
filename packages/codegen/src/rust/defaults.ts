/** Defaults of fields, from `#[facet(default)]` to a literal of the language. */
import type { DraftType } from "../print/draft.js";
import { stringText } from "../print/literals.js";
import { typeText } from "../print/print.js";
import type { RustEnum, Token } from "./ast.js";
import { named } from "./attributes.js";
import { floatValue, integerValue, stringValue } from "./literals.js";

/** The text of a default, or the reason why there is none. */
export type DefaultText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "unknown"; readonly problem: string };

/**
 * The default of a field.
 *
 * @param value tokens after `default =`; undefined for the default of the type
 * @param enumOf the Rust enum that a type comes from
 */
export function defaultText(
  type: DraftType,
  value: readonly Token[] | undefined,
  enumOf: (type: DraftType) => RustEnum | undefined,
): DefaultText {
  const seen = withoutAliases(type);
  return value === undefined ? ownDefault(seen, enumOf) : writtenDefault(seen, value, enumOf);
}

function withoutAliases(type: DraftType): DraftType {
  let seen = type;
  for (let step = 0; step < 64 && seen.kind === "named" && seen.declaration.kind === "alias"; step += 1)
    seen = seen.declaration.type;
  return seen;
}

const defaultOf = (text: string): DefaultText => ({ kind: "text", text });
const floats: ReadonlySet<string> = new Set(["f32", "f64"]);

function isInteger(name: string): boolean {
  return /^[ui](8|16|32|64|128)$/.test(name);
}

function ownDefault(type: DraftType, enumOf: (type: DraftType) => RustEnum | undefined): DefaultText {
  if (type.kind === "option") return defaultOf("none");
  if (type.kind === "list" || (type.kind === "generic" && (type.name === "map" || type.name === "set")))
    return defaultOf("[]");
  if (type.kind === "word") {
    if (isInteger(type.text) || floats.has(type.text)) return defaultOf("0");
    if (type.text === "bool") return defaultOf("false");
    if (type.text === "string") return defaultOf('""');
    if (type.text === "char") return defaultOf('"\\0"');
    if (type.text === "bytes") return defaultOf("[]");
  }
  const variant = enumOf(type)?.variants.find(({ attributes }) => named(attributes, "default").length > 0);
  if (variant !== undefined) return defaultOf(variant.name.text);
  return { kind: "unknown", problem: `\`${typeText(type)}\` has no default here` };
}

function writtenDefault(
  type: DraftType,
  tokens: readonly Token[],
  enumOf: (type: DraftType) => RustEnum | undefined,
): DefaultText {
  const unknown: DefaultText = {
    kind: "unknown",
    problem: `\`${tokens.map(({ text }) => text).join("")}\` is computed`,
  };
  const [first, second] = tokens;
  if (first === undefined) return unknown;
  const isNegative = first.text === "-";
  const literal = isNegative ? second : first;
  const isAlone = tokens.length === (isNegative ? 2 : 1);
  if (type.kind === "word" && isInteger(type.text)) {
    const value = isAlone ? integerValue(literal?.text ?? "") : undefined;
    return value === undefined ? unknown : defaultOf(`${isNegative ? "-" : ""}${value}`);
  }
  if (type.kind === "word" && floats.has(type.text)) {
    const value = isAlone ? floatValue(literal?.text ?? "") : undefined;
    return value === undefined ? unknown : defaultOf(`${isNegative ? "-" : ""}${value}`);
  }
  if (type.kind === "word" && type.text === "bool" && isAlone && /^(true|false)$/.test(first.text))
    return defaultOf(first.text);
  if (type.kind === "word" && (type.text === "string" || type.text === "char")) {
    const text = textIn(tokens);
    return text === undefined ? unknown : defaultOf(stringText(text));
  }
  if (type.kind === "option" && isAlone && first.text === "None") return defaultOf("none");
  const last = tokens.at(-1)?.text ?? "";
  const isPath = tokens.every(({ text }) => text === "::" || /^\w+$/.test(text));
  const variant = isPath ? enumOf(type)?.variants.find(({ name }) => name.text === last) : undefined;
  if (variant?.fields.kind === "unit") return defaultOf(last);
  return unknown;
}

/** The text in `"x"`, `'x'`, `String::from("x")`, `"x".to_string()` and their like. */
function textIn(tokens: readonly Token[]): string | undefined {
  const texts = tokens.flatMap(({ text }) => stringValue(text) ?? []);
  const names = tokens.filter(({ text }) => /^\w+$/.test(text)).map(({ text }) => text);
  const isConversion = names.every((name) => conversions.has(name));
  if (names.join("::") === "String::new") return "";
  return texts.length === 1 && isConversion ? texts[0] : undefined;
}

const conversions: ReadonlySet<string> = new Set(["String", "from", "to_string", "to_owned", "into", "str"]);
