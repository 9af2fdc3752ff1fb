/**
 * Every diagnostic of the compiler. Codes are public: never reused, never given another meaning.
 *
 * VOX1xxx syntax · 2xxx names and imports · 3xxx types and rules · 4xxx conventions (warnings) · 6xxx limits of a target.
 * `{name}` in a message or help is a parameter that the report must give; a misspelt code or a missing parameter is a
 * compile error.
 */
export type Severity = "error" | "warning";

export const catalog = {
  // --- 1xxx: syntax ---
  VOX1001: { severity: "error", title: "unexpected character", message: "unexpected character {found}", help: "{advice}" },
  VOX1002: { severity: "error", title: "name with other letters", message: "`{name}` is not a name of the language", help: "names are made of the letters A–Z, a–z, digits and `_`, and do not start with a digit" },
  VOX1003: { severity: "error", title: "open string", message: "this string does not end on its line", help: 'close it with `"`' },
  VOX1004: { severity: "error", title: "other quotes", message: "strings stand in straight double quotes", help: "write `{replacement}`" },
  VOX1005: { severity: "error", title: "unknown escape", message: "`{escape}` is not an escape", help: '{advice}' },
  VOX1006: { severity: "error", title: "block comment", message: "there are no block comments", help: "start each line with `//`, or with `///` for documentation that reaches the generated code" },
  VOX1010: { severity: "error", title: "something else expected", message: "expected {expected}, found {found}", help: "{advice}" },
  VOX1011: { severity: "error", title: "does not belong here", message: "{found} does not belong here", help: "{advice}" },
  VOX1012: { severity: "error", title: "missing bracket", message: "missing `{closer}`", help: "{advice}" },
  VOX1013: { severity: "error", title: "semicolon", message: "there are no semicolons", help: "separate by a comma, a space or a new line" },
  VOX1014: { severity: "error", title: "comma", message: "{problem}", help: "{advice}" },
  VOX1015: { severity: "error", title: "spelling of another language", message: "{problem}", help: "{advice}" },
  VOX1016: { severity: "error", title: "missing type", message: "{subject} has no type", help: "write `{example}`" },
  VOX1017: { severity: "error", title: "not a tuple", message: "{problem}", help: "{advice}" },
  VOX1018: { severity: "error", title: "nested too deeply", message: "this type nests more than {limit} levels deep", help: "give an inner part a name of its own" },
  VOX1019: { severity: "error", title: "file too large", message: "this file holds {size} characters; the limit is {limit}", help: "split it and import the parts" },
  VOX1020: { severity: "error", title: "attribute before a type", message: "an attribute stands before the name, not before the type", help: "{advice}" },
  VOX1021: { severity: "error", title: "order of the file", message: "{problem}", help: "a file is: package, then imports, then declarations" },
  VOX1022: { severity: "error", title: "not a default", message: "{problem}", help: "a default is a number, a string, true, false, none, [] or the name of a unit variant" },
  VOX1023: { severity: "error", title: "missing body", message: "{subject} has no body", help: "{advice}" },
  VOX1024: { severity: "error", title: "too many errors", message: "more than {limit} syntax errors; the rest is not shown", help: "is this a .vox file?" },

  // --- 2xxx: names and imports ---
  VOX2001: { severity: "error", title: "no such file", message: "there is no file {path}", help: "{advice}" },
  VOX2002: { severity: "error", title: "import path", message: '"{path}" is not an import path', help: 'paths are relative to this file and name it in full: "./common.vox"' },
  VOX2003: { severity: "error", title: "unknown type", message: "there is no type `{name}`", help: "{advice}" },
  VOX2004: { severity: "error", title: "unknown import", message: "{file} has no type `{name}`", help: "{advice}" },
  VOX2005: { severity: "error", title: "duplicate name", message: "{kind} `{name}` stands here twice", help: "rename one of the two" },
  VOX2006: { severity: "error", title: "cyclic import", message: "these files import each other: {cycle}", help: "move what both need into a third file" },
  VOX2007: { severity: "error", title: "reserved name", message: "`{name}` cannot be the name of {kind}", help: "{advice}" },
  VOX2008: { severity: "error", title: "not a type", message: "`{name}` is a service, not a type", help: "services cannot be passed as values; pass what identifies them instead" },
  VOX2009: { severity: "error", title: "same method id", message: "methods `{first}` and `{second}` have the same id on the wire (both are `{form}`)", help: "capitals and `_` do not count in a method id: rename one of the two" },
  VOX2010: { severity: "error", title: "same TypeScript name", message: "{subject} becomes `{target}` in TypeScript, as does {other}", help: "rename one of the two" },
  VOX2011: { severity: "error", title: "service imported", message: "`{name}` is a service; only types can be imported", help: "import the generated service where you use it" },
  VOX2012: { severity: "error", title: "file imports itself", message: "this file imports itself", help: "remove the import: its own types are in reach" },
  VOX2013: { severity: "error", title: "empty import", message: "this import names nothing", help: "remove it, or name the types between the braces" },

  // --- 3xxx: types and rules ---
  VOX3001: { severity: "error", title: "number of type arguments", message: "`{name}` takes {expected}, here {found}", help: "{advice}" },
  VOX3002: { severity: "error", title: "infinite value", message: "`{name}` can never have a finite value: {cycle}", help: "put an option, a list or another variant on the way" },
  VOX3003: { severity: "error", title: "alias of itself", message: "alias `{name}` stands for itself: {cycle}", help: "use a struct or an enum for a recursive type" },
  VOX3004: { severity: "error", title: "type grows without end", message: "`{name}` needs a larger type each time it is used: {cycle}", help: "pass the type parameter on as it is" },
  VOX3005: { severity: "error", title: "type too large", message: "this type has more than {limit} parts when written out", help: "use structs instead of aliases and nested type arguments" },
  VOX3006: { severity: "error", title: "declarations nest too deeply", message: "types nest more than {limit} levels deep here", help: "peers refuse schemas that deep; flatten some of the structs" },
  VOX3007: { severity: "error", title: "array length", message: "{problem}", help: "a length is a number from 0 to 65536; use a list `T[]` for anything longer" },
  VOX3008: { severity: "error", title: "key type", message: "{type} cannot be {use}", help: "JavaScript {reason}; use bool, an integer, char, string or an enum of unit variants" },
  VOX3009: { severity: "error", title: "file descriptor", message: "`{name}`: file descriptors cannot be declared", help: "descriptors exist only inside one machine's kernel and JavaScript cannot send them; pass a path or a stream (Tx, Rx) instead" },
  VOX3010: { severity: "error", title: "enum without variants", message: "enum `{name}` has no variants", help: "an enum without variants has no values; use `never` where that is meant" },

  VOX3020: { severity: "error", title: "channel in a returned value", message: "{where} cannot hold a channel", help: "channels are made by the caller: take them as arguments of the method" },
  VOX3021: { severity: "error", title: "channel in a collection", message: "a channel cannot stand inside {container}", help: "use one argument (or struct field) for each channel, or one channel of structs that say where an item belongs" },
  VOX3022: { severity: "error", title: "channel of channels", message: "items of a channel cannot hold a channel", help: "call a method with the second channel instead" },
  VOX3023: { severity: "error", title: "channel in a persisted method", message: "method `{method}` is @persist and cannot take channels", help: "a persisted call can be answered after its connection is gone, a channel cannot; split the method" },

  VOX3030: { severity: "error", title: "default does not fit", message: "{literal} is not a default for {type}", help: "{advice}" },
  VOX3031: { severity: "error", title: "number out of range", message: "{literal} does not fit {type}", help: "{advice}" },
  VOX3032: { severity: "error", title: "no such variant", message: "enum `{enum}` has no variant `{name}`", help: "{advice}" },
  VOX3033: { severity: "error", title: "default with payload", message: "variant `{name}` carries values and cannot be a default", help: "only variants without a payload can be defaults" },
  VOX3034: { severity: "error", title: "type without defaults", message: "{type} has no default literal", help: "make the field an option, or leave the default out" },

  VOX3040: { severity: "error", title: "unknown attribute", message: "there is no attribute @{name}", help: "{advice}" },
  VOX3041: { severity: "error", title: "attribute in the wrong place", message: "@{name} cannot stand on {place}", help: "@{name} marks {places}" },
  VOX3042: { severity: "error", title: "attribute twice", message: "@{name} stands here twice", help: "remove one of the two" },
  VOX3043: { severity: "error", title: "attribute arguments", message: "{problem}", help: "write `{example}`" },
  VOX3044: { severity: "error", title: "attribute does not fit the type", message: "@{name} does not fit {type}", help: "{advice}" },
  VOX3045: { severity: "error", title: "@required without option", message: "@required marks options; {subject} is {type}", help: "a field that is no option is required anyway: remove @required" },
  VOX3046: { severity: "error", title: "@required with default", message: "a required field cannot have a default", help: "remove @required, or the default" },

  // --- 4xxx: conventions ---
  VOX4001: { severity: "warning", title: "naming convention", message: "{kind} `{name}` is not in {convention}", help: "Rust and other peers expect `{suggestion}`; the name is part of the wire, so decide before the first release" },
  VOX4002: { severity: "warning", title: "unused import", message: "`{name}` is imported and not used", help: "remove it from the import" },
  VOX4003: { severity: "warning", title: "too many arguments for Rust", message: "method `{method}` takes {count} arguments", help: "a Rust service (vox 0.8.2) takes at most 4: pass a struct if Rust peers are to share it" },
  VOX4004: { severity: "warning", title: "comment documents nothing", message: "this `///` comment documents nothing", help: "put it on its own line before what it describes, or write `//`" },
  VOX4005: { severity: "warning", title: "error type", message: "method `{method}` throws enum `{name}`, which is not marked as an error", help: "declare it as `error enum {name}`" },

  // --- 6xxx: limits of a target ---
  VOX6001: { severity: "warning", title: "channels in TypeScript", message: "method `{method}` takes channels and is left out of the generated TypeScript", help: "its ids and schemas are unchanged; the TypeScript target does not support streams" },
} as const; // biome-ignore format: a table

export type DiagnosticCode = keyof typeof catalog;

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The parameters that a diagnostic needs. */
export type DiagnosticParameters<Code extends DiagnosticCode> = {
  readonly [Name in Placeholders<(typeof catalog)[Code]["message"] | (typeof catalog)[Code]["help"]>]:
    | string
    | number;
};

/** Fills the placeholders of a template. */
export function fillTemplate(
  template: string,
  parameters: Readonly<Record<string, string | number>>,
): string {
  return template.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}
