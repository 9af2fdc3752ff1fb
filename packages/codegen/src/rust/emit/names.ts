/** How names of the language look in Rust. */

import { snakeCase } from "../../model/names.js";
import { kebab } from "../../schema/kebab.js";

const keywords: ReadonlySet<string> = new Set([
  "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum", "extern",
  "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override",
  "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
  "virtual", "where", "while", "yield",
]); // biome-ignore format: a table

/** Words that cannot be raw identifiers. */
const never: ReadonlySet<string> = new Set(["crate", "self", "super", "Self", "_"]);

/** Whether a name that is on the wire can be one of Rust. */
export function canBeRust(name: string): boolean {
  return !never.has(name);
}

/** A name that is on the wire as it is: fields, variants, types. */
export function wireName(name: string): string {
  return keywords.has(name) ? `r#${name}` : name;
}

/** A method. Ids are made of its words alone, so that `get_all` has the id of `getAll`. */
export function methodName(name: string): string {
  const snake = snakeCase(name);
  return kebab(snake) === kebab(name) ? snake : name;
}

/** Whether a method can have its name: the macro makes it snake_case, and takes no raw identifier for its own words. */
export function canBeMethod(name: string): boolean {
  const word = kebab(name).replaceAll("-", "_");
  return !keywords.has(word) && !never.has(word);
}

/** Variables of the code that the macro of vox 0.8.2 writes around arguments. */
const macroVariables: ReadonlySet<string> = new Set([
  "args", "args_bytes", "args_have_channels", "call", "caller", "channels", "context", "cx", "deser_result", "extensions",
  "handler", "metadata", "method", "method_id", "outcome_handle", "reply", "req", "request", "request_call", "response",
  "result", "retry", "schemas", "sink_call", "this", "with_tracker",
]); // biome-ignore format: a table

/**
 * An argument, whose name is not on the wire. The macro makes it snake_case, so that a `_` at its end would be lost.
 */
export function argumentName(name: string): string {
  const snake = snakeCase(name);
  return keywords.has(snake) || never.has(snake) || macroVariables.has(snake) ? `${snake}_value` : snake;
}

/** A file or folder as a module. */
export function moduleName(name: string): string {
  const plain = name.replace(/\W/g, "_");
  const start = /^\d/.test(plain) ? `_${plain}` : plain;
  return keywords.has(start) || never.has(start) || start === "mod" ? `${start}_` : start;
}

/** Names that generated code takes from Rust itself, with their full paths for files that declare the same name. */
export const standardPaths: Readonly<Record<string, string>> = {
  Box: "::std::boxed::Box",
  BTreeMap: "::std::collections::BTreeMap",
  BTreeSet: "::std::collections::BTreeSet",
  Facet: "::facet::Facet",
  Infallible: "::std::convert::Infallible",
  Option: "::std::option::Option",
  Result: "::std::result::Result",
  Rx: "::vox::Rx",
  String: "::std::string::String",
  Tx: "::vox::Tx",
  Vec: "::std::vec::Vec",
};
