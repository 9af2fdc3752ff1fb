/**
 * Types of crates whose sources are not read, and what vox 0.8.2 makes of them. Types are recognised by their crate and
 * their last name, because crates pass each other's types on.
 */

export type ForeignType =
  /** A type of the language without arguments. */
  | { readonly kind: "word"; readonly text: string }
  /** Leaves no trace on the wire: the argument counts. */
  | { readonly kind: "wrapper" }
  | { readonly kind: "list" | "option" }
  /** `map`, `set`, `result`, `Tx`, `Rx` with so many arguments. */
  | { readonly kind: "generic"; readonly name: string; readonly arity: number }
  /** Cannot be carried. */
  | { readonly kind: "refused"; readonly why: string; readonly advice: string };

const word = (text: string): ForeignType => ({ kind: "word", text });
const generic = (name: string, arity: number): ForeignType => ({ kind: "generic", name, arity });
const wrapper: ForeignType = { kind: "wrapper" };

const asText =
  "change the Rust side: a field of type String, or `#[facet(opaque, proxy = String)]` on the field";

function unsupported(what: string): ForeignType {
  return {
    kind: "refused",
    why: `vox 0.8.2 cannot send ${what}: the call fails with SendFailed`,
    advice: asText,
  };
}

function noFacet(what: string): ForeignType {
  return {
    kind: "refused",
    why: `${what} does not implement Facet`,
    advice: "use another type on the Rust side",
  };
}

const std: Readonly<Record<string, ForeignType>> = {
  bool: word("bool"),
  char: word("char"),
  str: word("string"),
  String: word("string"),
  usize: word("u64"),
  isize: word("i64"),
  ...Object.fromEntries(
    ["u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "f32", "f64"].map((name) => [
      name,
      word(name),
    ]),
  ),
  ...Object.fromEntries(
    ["U8", "U16", "U32", "U64", "U128", "Usize", "I8", "I16", "I32", "I64", "I128", "Isize"].map((name) => [
      `NonZero${name}`,
      word(name === "Usize" ? "u64" : name === "Isize" ? "i64" : name.toLowerCase()),
    ]),
  ),
  Infallible: word("never"),
  PhantomData: word("unit"),
  Vec: { kind: "list" },
  Option: { kind: "option" },
  Box: wrapper,
  Arc: wrapper,
  Rc: wrapper,
  Cow: wrapper,
  NonZero: wrapper,
  Result: generic("result", 2),
  HashMap: generic("map", 2),
  BTreeMap: generic("map", 2),
  HashSet: generic("set", 1),
  BTreeSet: generic("set", 1),
  Duration: word("duration"),
  VecDeque: noFacet("VecDeque"),
  LinkedList: noFacet("LinkedList"),
  BinaryHeap: noFacet("BinaryHeap"),
  SystemTime: noFacet("SystemTime"),
  Instant: noFacet("Instant"),
  Path: unsupported("paths"),
  PathBuf: unsupported("paths"),
  OsString: unsupported("operating system strings"),
  IpAddr: unsupported("network addresses"),
  Ipv4Addr: unsupported("network addresses"),
  Ipv6Addr: unsupported("network addresses"),
  SocketAddr: unsupported("network addresses"),
  SocketAddrV4: unsupported("network addresses"),
  SocketAddrV6: unsupported("network addresses"),
};

const channels = { Tx: generic("Tx", 1), Rx: generic("Rx", 1) };
const date = unsupported("dates and times of this crate");

const crates: Readonly<Record<string, Readonly<Record<string, ForeignType>>>> = {
  std,
  vox: channels,
  vox_types: channels,
  vox_core: channels,
  roam: channels,
  uuid: { Uuid: unsupported("UUIDs") },
  ulid: { Ulid: unsupported("ULIDs") },
  chrono: {
    TimeDelta: word("timedelta"),
    Duration: word("timedelta"),
    ...Object.fromEntries(
      ["DateTime", "NaiveDateTime", "NaiveDate", "NaiveTime", "Utc", "FixedOffset"].map((name) => [
        name,
        date,
      ]),
    ),
  },
  jiff: Object.fromEntries(
    ["Timestamp", "Date", "Zoned", "Time", "DateTime", "Span"].map((name) => [name, date]),
  ),
  time: Object.fromEntries(
    ["OffsetDateTime", "PrimitiveDateTime", "UtcDateTime", "Date", "Time", "Duration"].map((name) => [
      name,
      date,
    ]),
  ),
  camino: { Utf8PathBuf: unsupported("paths"), Utf8Path: unsupported("paths") },
  url: { Url: unsupported("URLs") },
  rust_decimal: { Decimal: unsupported("decimals") },
  semver: { Version: unsupported("versions") },
  smol_str: { SmolStr: unsupported("SmolStr") },
  compact_str: { CompactString: unsupported("CompactString") },
  bytes: { Bytes: word("bytes") },
  facet_value: { Value: word("value") },
  ordered_float: { OrderedFloat: wrapper, NotNan: wrapper },
  indexmap: { IndexMap: generic("map", 2), IndexSet: generic("set", 1) },
};

/** Names by which crates pass other crates on: `vox::facet_value::Value`, `tokio::time::Duration`. */
const passesOn: Readonly<Record<string, Readonly<Record<string, ForeignType>>>> = {
  tokio: { Duration: word("duration") },
  web_time: { Duration: word("duration") },
  vox: { Value: word("value") },
};

/** The known facts about a type. @param path its full path, starting with its crate */
export function foreignType(path: readonly string[]): ForeignType | undefined {
  const [crate = ""] = path;
  const last = path.at(-1) ?? "";
  return own(own(crates, crate), last) ?? own(own(passesOn, crate), last);
}

function own<Value>(table: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Crates whose attribute `service` makes a service. */
export const serviceCrates: ReadonlySet<string> = new Set([
  "vox", "vox_types", "vox_core", "vox_service_macros", "vox_macros", "roam",
]); // biome-ignore format: a table

/** Attributes that change nothing of a type or trait that is on the wire, by their first name. */
export const harmlessAttributes: ReadonlySet<string> = new Set([
  "allow", "warn", "deny", "forbid", "expect", "doc", "derive", "repr", "cfg", "must_use", "non_exhaustive", "deprecated",
  "inline", "cold", "path", "macro_use", "macro_export", "automatically_derived", "diagnostic", "rustfmt", "clippy",
  "default", "facet", "serde", "serde_with", "error", "from", "source", "backtrace", "strum", "schemars", "garde",
  "validate", "ts", "specta", "clap", "arg", "command", "value", "builder", "derivative", "educe", "debug", "display",
  "arbitrary", "proptest", "bincode", "rkyv", "archive", "musli", "sqlx", "diesel", "borsh", "zeroize", "getset", "get",
  "vox", "roam", "cfg_eval", "track_caller", "miette", "snafu", "help", "label", "related", "styx", "yaml", "toml",
  "rustc_on_unimplemented", "typeshare", "uniffi", "automock", "mockall", "async_trait",
]); // biome-ignore format: a table
