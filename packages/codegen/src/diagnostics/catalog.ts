/**
 * Every diagnostic of the compiler. Codes are public: never reused, never given another meaning.
 *
 * VOX1xxx syntax · 2xxx names and imports · 3xxx types and rules · 4xxx conventions (warnings) · 5xxx changes
 * · 6xxx Rust sources.
 * `{name}` in a message or help is a parameter that the report must give; a misspelt code or a missing parameter is a
 * compile error.
 */
export type Severity = "error" | "warning";

export const catalog = {
  // --- 1xxx: syntax ---
  VOX1001: { severity: "error", title: "unexpected character", message: "unexpected character {found}", help: "{advice}" },
  VOX1002: { severity: "error", title: "name with other letters", message: "`{name}` is not a name of the language", help: "names are made of the letters A–Z, a–z, digits and `_`, and do not start with a digit" },
  VOX1003: { severity: "error", title: "open string", message: "this string does not end on its line", help: 'close it with `"`' },
  VOX1004: { severity: "error", title: "other quotes", message: "strings are written in straight double quotes", help: "write `{replacement}`" },
  VOX1005: { severity: "error", title: "unknown escape", message: "`{escape}` is not an escape", help: '{advice}' },
  VOX1006: { severity: "error", title: "block comment", message: "there are no block comments", help: "start each line with `//`, or with `///` for documentation that reaches the generated code" },
  VOX1007: { severity: "error", title: "merge marker", message: "a merge left its markers here", help: "keep one of the two versions, or both, and remove the lines of `<`, `=` and `>`" },
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
  VOX1020: { severity: "error", title: "attribute before a type", message: "an attribute goes before the name, not before the type", help: "{advice}" },
  VOX1021: { severity: "error", title: "order of the file", message: "{problem}", help: "a file is: package, then imports, then declarations" },
  VOX1022: { severity: "error", title: "not a default", message: "{problem}", help: "a default is a number, a string, true, false, none, [] or the name of a unit variant" },
  VOX1023: { severity: "error", title: "missing body", message: "{subject} has no body", help: "{advice}" },
  VOX1024: { severity: "error", title: "too many errors", message: "more than {limit} syntax errors; the rest is not shown", help: "is this a .vox file?" },

  // --- 2xxx: names and imports ---
  VOX2001: { severity: "error", title: "no such file", message: "there is no file {path}", help: "{advice}" },
  VOX2002: { severity: "error", title: "import path", message: '"{path}" is not an import path', help: 'paths are relative to this file and name it in full: "./common.vox"' },
  VOX2003: { severity: "error", title: "unknown type", message: "there is no type `{name}`", help: "{advice}" },
  VOX2004: { severity: "error", title: "unknown import", message: "{file} has no type `{name}`", help: "{advice}" },
  VOX2005: { severity: "error", title: "duplicate name", message: "{kind} `{name}` is given twice here", help: "rename one of the two" },
  VOX2006: { severity: "error", title: "cyclic import", message: "these files import each other: {cycle}", help: "move what both need into a third file" },
  VOX2007: { severity: "error", title: "reserved name", message: "`{name}` cannot be the name of {kind}", help: "{advice}" },
  VOX2008: { severity: "error", title: "not a type", message: "`{name}` is a service, not a type", help: "services cannot be passed as values; pass what identifies them instead" },
  VOX2009: { severity: "error", title: "same method id", message: "methods `{first}` and `{second}` have the same id on the wire (both are `{form}`)", help: "capitals and `_` do not count in a method id: rename one of the two" },
  VOX2010: { severity: "error", title: "same TypeScript name", message: "{subject} becomes `{target}` in TypeScript, as does {other}", help: "rename one of the two; `@ts(\"name\")` gives a field another name in TypeScript alone" },
  VOX2011: { severity: "error", title: "service imported", message: "`{name}` is a service; only types can be imported", help: "import the generated service where you use it" },
  VOX2012: { severity: "error", title: "file imports itself", message: "this file imports itself", help: "remove the import: its own types are in reach" },
  VOX2013: { severity: "error", title: "empty import", message: "this import names nothing", help: "remove it, or name the types between the braces" },
  VOX2014: { severity: "warning", title: "derived name taken", message: "{subject} is exported as `{name}`: {other} has the name `{wanted}`, too", help: "rename one of the two before the first release, if you can" },
  VOX2015: { severity: "error", title: "import from outside", message: '"{path}" {refusal}', help: "move the file, or name a folder that holds both files as the root" },

  // --- 3xxx: types and rules ---
  VOX3001: { severity: "error", title: "number of type arguments", message: "`{name}` takes {expected}, here {found}", help: "{advice}" },
  VOX3002: { severity: "error", title: "infinite value", message: "`{name}` can never have a finite value: {cycle}", help: "put an option, a list or another variant on the way" },
  VOX3003: { severity: "error", title: "alias of itself", message: "alias `{name}` refers to itself: {cycle}", help: "use a struct or an enum for a recursive type" },
  VOX3004: { severity: "error", title: "type grows without end", message: "`{name}` needs a larger type each time it is used: {cycle}", help: "pass the type parameter on as it is" },
  VOX3005: { severity: "error", title: "type too large", message: "this type has more than {limit} parts when written out", help: "use structs instead of aliases and nested type arguments" },
  VOX3006: { severity: "error", title: "declarations nest too deeply", message: "types nest more than {limit} levels deep here", help: "peers refuse schemas that deep; flatten some of the structs" },
  VOX3007: { severity: "error", title: "array length", message: "{problem}", help: "a length is a number from 0 to 65536; use a list `T[]` for anything longer" },
  VOX3008: { severity: "error", title: "key type", message: "{type} cannot be {use}", help: "JavaScript {reason}; use bool, an integer, char, string or an enum of unit variants" },
  VOX3009: { severity: "error", title: "file descriptor", message: "`{name}`: file descriptors cannot be declared", help: "descriptors exist only inside one machine's kernel and JavaScript cannot send them; pass a path or a stream (Tx, Rx) instead" },
  VOX3010: { severity: "error", title: "enum without variants", message: "enum `{name}` has no variants", help: "an enum without variants has no values; use `never` where that is meant" },

  VOX3020: { severity: "error", title: "channel in a returned value", message: "{where} cannot hold a channel", help: "channels are made by the caller: take them as arguments of the method" },
  VOX3021: { severity: "error", title: "channel in a collection", message: "a channel cannot be inside {container}", help: "use one argument (or struct field) for each channel, or one channel of structs that say where an item belongs" },
  VOX3022: { severity: "error", title: "channel of channels", message: "items of a channel cannot hold a channel", help: "call a method with the second channel instead" },
  VOX3023: { severity: "error", title: "channel in a persisted method", message: "method `{method}` is @persist and cannot take channels", help: "a persisted call can be answered after its connection is gone, a channel cannot; split the method" },

  VOX3030: { severity: "error", title: "default does not fit", message: "{literal} is not a default for {type}", help: "{advice}" },
  VOX3031: { severity: "error", title: "number out of range", message: "{literal} does not fit {type}", help: "{advice}" },
  VOX3032: { severity: "error", title: "no such variant", message: "enum `{enum}` has no variant `{name}`", help: "{advice}" },
  VOX3033: { severity: "error", title: "default with payload", message: "variant `{name}` carries values and cannot be a default", help: "only variants without a payload can be defaults" },
  VOX3034: { severity: "error", title: "type without defaults", message: "{type} has no default literal", help: "make the field an option, or leave the default out" },

  VOX3040: { severity: "error", title: "unknown attribute", message: "there is no attribute @{name}", help: "{advice}" },
  VOX3041: { severity: "error", title: "attribute in the wrong place", message: "@{name} cannot be on {place}", help: "@{name} marks {places}" },
  VOX3042: { severity: "error", title: "attribute twice", message: "@{name} is given twice here", help: "remove one of the two" },
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
  VOX4006: { severity: "warning", title: "too many findings", message: "more than {limit} {kind}; the rest is not shown", help: "repair these first" },

  // --- 5xxx: changes between two versions ---
  VOX5001: { severity: "error", title: "type changed", message: "{where}: {path} changed from {before} to {after}: {effect}", help: "{advice}" },
  VOX5002: { severity: "error", title: "required field added", message: "{where}: field {path} added, required: {effect}", help: "{advice}" },
  VOX5003: { severity: "error", title: "required field removed", message: "{where}: field {path} removed: {effect}", help: "{advice}" },
  VOX5004: { severity: "error", title: "field renamed", message: "{where}: field {path} renamed to `{after}`: {effect}", help: "{advice}" },
  VOX5005: { severity: "error", title: "type renamed", message: "{where}: type `{before}` {replaced} `{after}`: {effect}", help: "{advice}" },
  VOX5006: { severity: "error", title: "variant with another payload", message: "{where}: {path} carried {before} and now carries {after}: {effect}", help: "{advice}" },
  VOX5007: { severity: "error", title: "length changed", message: "{where}: {path} changed from {before} to {after}: {effect}", help: "{advice}" },
  VOX5008: { severity: "error", title: "number of arguments changed", message: "{where}: {change}: {effect}", help: "{advice}" },
  VOX5009: { severity: "error", title: "channel turned around", message: "{where}: {path} changed from {before} to {after}: {effect}", help: "{advice}" },
  VOX5010: { severity: "error", title: "items of a Tx changed", message: "{where}: {change}: {effect}", help: "{advice}" },
  VOX5011: { severity: "error", title: "change that peers do not see", message: "{where}: {change}: the announced schemas do not show it, so {effect}", help: "{advice}" },
  VOX5012: { severity: "error", title: "schemas do not fit", message: "{where}: {problem}: {effect}", help: "{advice}" },
  VOX5013: { severity: "warning", title: "variant added", message: "{where}: variant {path} added: {effect}", help: "{advice}" },
  VOX5014: { severity: "warning", title: "variant removed", message: "{where}: variant {path} removed: {effect}", help: "{advice}" },
  VOX5015: { severity: "warning", title: "variant renamed", message: "{where}: variant {path} renamed to `{after}`: {effect}", help: "{advice}" },
  VOX5016: { severity: "warning", title: "declared error added or removed", message: "{where}: {change}: {effect}", help: "{advice}" },
  VOX5020: { severity: "error", title: "method removed", message: "{method}: removed: calls of a client built before fail with UnknownMethod", help: "{advice}" },
  VOX5021: { severity: "error", title: "method renamed", message: "{method}: renamed to `{after}`, so its id changes from {oldId} to {newId}: calls of a client built before fail with UnknownMethod", help: "{advice}" },
  VOX5022: { severity: "error", title: "service removed", message: "{service}: removed with its {count}: calls of a client built before fail with UnknownMethod", help: "{advice}" },
  VOX5023: { severity: "error", title: "service renamed", message: "{service}: renamed to `{after}`, so the ids of its methods change: calls of a client built before fail with UnknownMethod", help: "{advice}" },
  VOX5030: { severity: "error", title: "@idempotent removed", message: "{method}: no longer @idempotent: clients built before repeat calls whose connection was lost, so it may run twice", help: "{advice}" },
  VOX5031: { severity: "error", title: "@persist removed", message: "{method}: no longer @persist: clients built before expect that its outcome is kept and that it runs once", help: "{advice}" },
  VOX5032: { severity: "warning", title: "@idempotent added", message: "{method}: now @idempotent: new clients repeat calls, also against servers built before, which never promised that this does no harm", help: "{advice}" },
  VOX5033: { severity: "warning", title: "@persist added", message: "{method}: now @persist: servers built before keep no outcome of it", help: "{advice}" },
  VOX5034: { severity: "warning", title: "default changed", message: "{path}: default changed from {before} to {after}: where the field is absent, old and new peers take different values", help: "{advice}" },
  VOX5035: { severity: "warning", title: "field required from now on", message: "{path}: may no longer be absent: peers built before the field existed cannot be read any more", help: "{advice}" },
  VOX5036: { severity: "error", title: "arguments in another order", message: "{method}: arguments {before} are now in the order {after}: values are taken for each other, and no peer notices", help: "{advice}" },
  VOX5040: { severity: "error", title: "generated export gone", message: "{file}: {change}: code that imports it does not compile", help: "{advice}" },
  VOX5041: { severity: "error", title: "generated member gone", message: "{file}: `{name}` lost {member}: code that uses it does not compile", help: "{advice}" },
  VOX5042: { severity: "error", title: "generated type changed", message: "{file}: `{name}` changed from `{before}` to `{after}`: code that uses it may not compile", help: "{advice}" },
  VOX5043: { severity: "error", title: "required member generated", message: "{file}: `{name}` needs {member} now: code that makes one does not compile", help: "{advice}" },
  VOX5044: { severity: "warning", title: "union grew", message: "{file}: `{name}` got {member}: a `switch` that must handle every case does not compile", help: "{advice}" },
  VOX5045: { severity: "warning", title: "handler grew", message: "{file}: `{name}` got {member}: classes that implement it lack it", help: "{advice}" },
  VOX5050: { severity: "warning", title: "vox 0.8.2 misreads it", message: "{where}: {change}: {effect}", help: "{advice}" },
  VOX5051: { severity: "warning", title: "vox 0.8.2 refuses it", message: "{where}: {change}: {effect}", help: "{advice}" },
  VOX5052: { severity: "warning", title: "two versions at one vox 0.8.2 process", message: "{where}: old and new clients at one process of vox 0.8.2: {effect}", help: "{advice}" },
  VOX5060: { severity: "error", title: "suppression without a reason", message: "`vox-allow {code}` gives no reason", help: "write `// vox-allow {code}: why this change is fine`" },
  VOX5061: { severity: "error", title: "suppression of an unknown code", message: "there is no finding `{code}` that can be allowed", help: "write `// vox-allow VOX5003: reason`, on the line before what changed" },
  VOX5062: { severity: "warning", title: "suppression of nothing", message: "`vox-allow {code}` allows nothing: there is no such finding on the next line", help: "remove the comment; it has done its work" },
  VOX5070: { severity: "error", title: "lock out of date", message: "{method}: {change}, and vox.lock does not say so", help: "look at the change with `vox-gen breaking --against vox.lock`, then run `vox-gen lock` and commit the result" },

  // --- 6xxx: Rust sources ---
  VOX6001: { severity: "error", title: "Rust not understood", message: "this is not understood as Rust ({path})", help: "does it compile? If so, use `vox-gen import rust --crate`" },
  VOX6002: { severity: "warning", title: "Rust partly understood", message: "this is not understood as Rust; what it declares is missed", help: "does it compile? If a type or service is missing, use `vox-gen import rust --crate`" },
  VOX6003: { severity: "warning", title: "no file of a module", message: "there is no file of the module `{name}`: neither {places}", help: "is it made by a build script? Then use `vox-gen import rust --crate`" },
  VOX6004: { severity: "error", title: "name not found", message: "`{name}` is not found in the sources ({path})", help: "{advice}" },
  VOX6005: { severity: "error", title: "type of another repository", message: "`{name}` is a type of the crate `{crate}`, whose sources are not read ({path})", help: "say what it is on the wire: `--map \"{name}=string\"`, or use `vox-gen import rust --crate`, which sees all crates" },
  VOX6006: { severity: "error", title: "made by a macro", message: "`{name}` is not in the text; the macro `{macro}!` seems to make it ({path})", help: "say what it is on the wire: `--map \"{name}=u64\"`, or use `vox-gen import rust --crate`, which sees what macros make" },
  VOX6007: { severity: "error", title: "unknown attribute on a type", message: "`#[{attribute}]` may turn `{name}` into another type ({path})", help: "say what it is on the wire: `--map \"{name}=string\"`, or use `vox-gen import rust --crate`, which sees what macros make" },
  VOX6008: { severity: "error", title: "type that vox 0.8.2 cannot carry", message: "`{type}`: {reason} ({path})", help: "{advice}" },
  VOX6009: { severity: "error", title: "type without a schema", message: "{what} cannot be sent ({path})", help: "use a struct, an enum or a type parameter" },
  VOX6010: { severity: "error", title: "proxy without opaque", message: "`proxy` without `opaque`: the schema announces the fields, and the peer gets the bytes of the proxy ({path})", help: "write `#[facet(opaque, proxy = {proxy})]`" },
  VOX6011: { severity: "error", title: "opaque without proxy", message: "`opaque` without `proxy` cannot be encoded ({path})", help: "add `proxy = T` with a type that has a schema" },
  VOX6012: { severity: "error", title: "service of another macro", message: "`{name}` is made by `#[{attribute}]`, which is not vox's own `service`: what it sends is not in the text", help: "use `vox-gen import rust --crate`, which sees what macros make" },
  VOX6013: { severity: "error", title: "not a service of vox", message: "`{name}`: {problem}", help: "{advice}" },
  VOX6014: { severity: "error", title: "type without Facet", message: "`{name}` does not derive `Facet` in the text ({path})", help: "derive it, say what it is on the wire with `--map \"{name}=string\"`, or use `vox-gen import rust --crate`" },
  VOX6015: { severity: "error", title: "two types of one name", message: "two types are called `{name}` ({path})", help: "rename one; names of types are on the wire, so all peers change" },
  VOX6016: { severity: "warning", title: "default that a schema cannot hold", message: "the default of `{name}` cannot be said in a schema: {problem}", help: "{advice}" },
  VOX6017: { severity: "warning", title: "member under a condition", message: "`{name}` is there only under `cfg({condition})`; it is taken", help: "peers that are built without it have another type" },
  VOX6018: { severity: "warning", title: "trouble with vox 0.8.2", message: "{problem} ({path})", help: "{advice}" },
  VOX6019: { severity: "error", title: "length not computed", message: "the length `{text}` is not a number in the text ({path})", help: "write a number, or a constant that is one" },
  VOX6020: { severity: "error", title: "mapped type with an error", message: "`{text}`, which `--map` gives for `{name}`, is no type of the language", help: "write a type as a schema does: `--map \"{name}=u64\"`" },
  VOX6101: { severity: "error", title: "not sayable in Rust", message: "{problem}", help: "{advice}" },
  VOX6102: { severity: "warning", title: "vox 0.8.2 breaks on it", message: "{problem}", help: "{advice}" },
  VOX6201: { severity: "error", title: "method on one side only", message: "{method}: {problem}", help: "{advice}" },
  VOX6202: { severity: "error", title: "Rust and schema differ", message: "{method}: {where}: {rust} in Rust, {schema} in the schema", help: "change one of the two; peers would misread or refuse the call" },
  VOX6203: { severity: "warning", title: "other ids for the same type", message: "{method}: {part}: the types are the same, and their ids differ", help: "calls work, unless a type contains itself; a HashSet or a declared tuple on the Rust side does this" },

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
