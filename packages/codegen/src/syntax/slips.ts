/** Habits of other languages, and their meaning here. */

/** Type names of other languages → how the language writes them; `T`, `K`, `V` stand for the arguments. */
const foreignTypes: ReadonlyMap<string, string> = new Map([
  ["String", "string"], ["str", "string"], ["Text", "string"], ["text", "string"], ["varchar", "string"],
  ["Bool", "bool"], ["boolean", "bool"], ["Boolean", "bool"],
  ["number", "f64"], ["Number", "f64"], ["double", "f64"], ["Double", "f64"], ["float64", "f64"],
  ["float", "f32"], ["Float", "f32"], ["float32", "f32"],
  ["int", "i32"], ["Int", "i32"], ["Integer", "i32"], ["integer", "i32"], ["int32", "i32"], ["Int32", "i32"],
  ["sint32", "i32"], ["sfixed32", "i32"], ["uint", "u32"], ["uint32", "u32"], ["UInt32", "u32"], ["fixed32", "u32"],
  ["int64", "i64"], ["Int64", "i64"], ["sint64", "i64"], ["sfixed64", "i64"], ["long", "i64"], ["Long", "i64"],
  ["uint64", "u64"], ["UInt64", "u64"], ["fixed64", "u64"], ["bigint", "i64"], ["BigInt", "i64"],
  ["int8", "i8"], ["sbyte", "i8"], ["uint8", "u8"], ["byte", "u8"], ["Byte", "u8"],
  ["int16", "i16"], ["short", "i16"], ["uint16", "u16"], ["ushort", "u16"], ["int128", "i128"], ["uint128", "u128"],
  ["usize", "u64"], ["isize", "i64"],
  ["Uint8Array", "bytes"], ["Buffer", "bytes"], ["ArrayBuffer", "bytes"], ["Bytes", "bytes"], ["blob", "bytes"],
  ["binary", "bytes"], ["void", "unit"], ["Void", "unit"], ["undefined", "unit"], ["null", "unit"], ["Unit", "unit"],
  ["Never", "never"], ["Char", "char"], ["rune", "char"],
  ["Vec", "T[]"], ["VecDeque", "T[]"], ["List", "T[]"], ["list", "T[]"], ["Array", "T[]"], ["array", "T[]"],
  ["ReadonlyArray", "T[]"], ["repeated", "T[]"], ["Option", "T?"], ["Optional", "T?"], ["optional", "T?"],
  ["Maybe", "T?"], ["option", "T?"], ["Partial", "T?"], ["HashMap", "map<K, V>"], ["BTreeMap", "map<K, V>"],
  ["Map", "map<K, V>"], ["Record", "map<K, V>"], ["Dictionary", "map<K, V>"], ["dict", "map<K, V>"],
  ["HashSet", "set<T>"], ["BTreeSet", "set<T>"], ["Set", "set<T>"], ["Result", "result<T, E>"],
  ["Box", "T"], ["Rc", "T"], ["Arc", "T"], ["Cow", "T"], ["Promise", "T"], ["Awaitable", "T"], ["Future", "T"],
  ["Readonly", "T"],
  ["AsyncIterable", "Tx<T>"], ["ReadableStream", "Tx<T>"], ["Stream", "Tx<T>"], ["stream", "Tx<T>"],
  ["Sender", "Tx<T>"], ["Receiver", "Rx<T>"], ["tx", "Tx<T>"], ["rx", "Rx<T>"],
]); // biome-ignore format: a table

/** Type names that other languages have and this one cannot. */
const impossibleTypes: ReadonlyMap<string, string> = new Map([
  ["any", "use an enum of what it may be, or `value` for JSON-like data"],
  ["Any", "use an enum of what it may be, or `value` for JSON-like data"],
  ["unknown", "use an enum of what it may be, or `value` for JSON-like data"],
  ["object", "declare a struct, or use map<string, …>"],
  ["Object", "declare a struct, or use map<string, …>"],
  ["Function", "functions cannot be sent: take a channel (Tx, Rx) or declare a service for the other side"],
  ["Date", "use i64 with a unit in the field's name, such as `created_at_ms: i64`"],
  ["DateTime", "use i64 with a unit in the field's name, such as `created_at_ms: i64`"],
  ["Timestamp", "use i64 with a unit in the field's name, such as `created_at_ms: i64`"],
  ["timestamp", "use i64 with a unit in the field's name, such as `created_at_ms: i64`"],
  ["Duration", "write `duration`"],
  ["TimeDelta", "write `timedelta`"],
  ["Value", "write `value`"],
  ["Decimal", "use an integer of the smallest unit, such as `price_cents: i64`"],
  ["decimal", "use an integer of the smallest unit, such as `price_cents: i64`"],
  ["Uuid", "0.8.2 of Vox cannot carry one: use a string, and a String or newtype in Rust"],
  ["UUID", "0.8.2 of Vox cannot carry one: use a string, and a String or newtype in Rust"],
  ["uuid", "0.8.2 of Vox cannot carry one: use a string, and a String or newtype in Rust"],
  ["Error", "declare an `error enum`"],
]);

/** Advice for a type name of another language; undefined when it is none. `argument` is the text of its arguments. */
export function foreignTypeAdvice(
  name: string,
  args: readonly string[],
): { advice: string; replacement: string | undefined } | undefined {
  const impossible = impossibleTypes.get(name);
  if (impossible !== undefined) return { advice: impossible, replacement: undefined };
  const pattern = foreignTypes.get(name);
  if (pattern === undefined) return undefined;
  const [first, second] = args.map(ownName);
  const complete = pattern
    .replace(/\b[TK]\b/, first ?? "T")
    .replace(/\b[VE]\b/, second ?? (/\bE\b/.test(pattern) ? "E" : "V"));
  const isWhole = !/\b[TKVE]\b/.test(pattern) || first !== undefined;
  return { advice: `write \`${complete}\``, replacement: isWhole ? complete : undefined };
}

/** An argument that is the plain name of another language's type, as the language writes it. */
function ownName(argument: string): string {
  const own = foreignTypes.get(argument);
  return own === undefined || /\b[TKVE]\b/.test(own) ? argument : own;
}

const foreignDeclarations: ReadonlyMap<string, string> = new Map([
  ["message", "write `struct` for a type with fields"],
  ["interface", "write `struct` for a type with fields, `service` for a set of methods"],
  ["class", "write `struct` for a type with fields"],
  ["record", "write `struct` for a type with fields"],
  ["trait", "write `service` for a set of methods"],
  ["protocol", "write `service` for a set of methods"],
  ["union", "write `enum`: its variants may carry values"],
  ["oneof", "write `enum`: its variants may carry values"],
  ["variant", "write `enum`: its variants may carry values"],
  ["namespace", "write `package` at the start of the file"],
  ["module", "write `package` at the start of the file"],
  ["mod", "write `package` at the start of the file"],
  ["syntax", "remove it: there is one version of the language"],
  ["option", "remove it: options of other languages have no meaning here"],
  ["use", 'write `import { Name } from "./file.vox"`'],
  ["include", 'write `import { Name } from "./file.vox"`'],
  ["typedef", "write `type Name = …`"],
  ["alias", "write `type Name = …`"],
  ["using", "write `type Name = …`"],
  ["exception", "write `error enum`"],
  ["const", "there are no constants; a field may have a default"],
  ["let", "there are no constants; a field may have a default"],
  ["export", "remove it: every declaration can be imported"],
  ["pub", "remove it: every declaration can be imported"],
  ["public", "remove it: every declaration can be imported"],
  ["abstract", "remove it"],
  ["declare", "remove it"],
  ["fn", "methods are declared inside a `service`"],
  ["func", "methods are declared inside a `service`"],
  ["function", "methods are declared inside a `service`"],
  ["rpc", "methods are declared inside a `service`"],
  ["extend", "types cannot be extended; write the fields out"],
  ["impl", "implementations are written in the target language; declare a `service` here"],
]);

/** Advice for the first word of an item that is no declaration. */
export function foreignDeclarationAdvice(word: string): string | undefined {
  return foreignDeclarations.get(word);
}

const foreignModifiers: ReadonlyMap<string, string> = new Map([
  ["optional", "an optional field is written `name: T?`"],
  ["repeated", "a list is written `name: T[]`"],
  ["required", "fields are required unless their type is an option"],
  ["fn", "a method starts with its name: `name(argument: T) -> R`"],
  ["func", "a method starts with its name: `name(argument: T) -> R`"],
  ["function", "a method starts with its name: `name(argument: T) -> R`"],
  ["def", "a method starts with its name: `name(argument: T) -> R`"],
  ["rpc", "a method starts with its name: `name(argument: T) -> R`"],
  ["async", "every method is asynchronous: remove it"],
  ["stream", "streams are arguments: `name: Tx<T>` sends to the caller, `name: Rx<T>` receives from it"],
]);

/** Advice for a word before a member or type. */
export function foreignModifierAdvice(word: string): string {
  return foreignModifiers.get(word) ?? `remove \`${word}\``;
}
