/** A `.vox` text of random types, the same on every run: what no hand-written schema would combine. */
import fc from "fast-check";

const keys = ["bool", "u8", "u32", "i64", "u128", "char", "string", "Color", "Id", "Path", "Corr"];
const leaves = [
  ...keys,
  "u16",
  "u64",
  "i8",
  "i16",
  "i32",
  "i128",
  "f32",
  "f64",
  "bytes",
  "unit",
  "Point",
  "Nested",
  "Id",
  "Pos",
  "Millis",
  "Maybe",
  "Forest",
  "duration",
  "timedelta",
  "value",
  "Corr",
  "Spot",
];

const { type } = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(...leaves),
    tie("type").map((element) => `${element}?`),
    tie("type").map((element) => `${element}[]`),
    fc.tuple(tie("type"), fc.constantFrom(0, 1, 3, 9)).map(([element, length]) => `${element}[${length}]`),
    fc.array(tie("type"), { minLength: 1, maxLength: 4 }).map((elements) => `(${elements.join(", ")},)`),
    fc.tuple(fc.constantFrom(...keys), tie("type")).map(([key, value]) => `map<${key}, ${value}>`),
    fc.constantFrom(...keys).map((element) => `set<${element}>`),
    fc.tuple(tie("type"), tie("type")).map(([ok, error]) => `result<${ok}, ${error}>`),
    fc.tuple(tie("type"), tie("type")).map(([a, b]) => `Pair<${a}, ${b}>`),
    tie("type").map((value) => `Tree<${value}>`),
    tie("type").map((value) => `Named<${value}>`),
    fc.tuple(tie("type"), tie("type")).map(([left, right]) => `Choice<${left}, ${right}>`),
  ),
}));

const declarations = `
struct Point { x: i32, y: i32 }
struct Nested { point: Point, deep: Nested?, color: Color }
enum Color { Red, Green, Blue }
struct Id(u64)
struct Pos(f64, f64)
struct Maybe(string?)
struct Forest(Forest[])
struct Named<T>(T, string)
@transparent struct Path(string)
@payload type Corr = string
@payload type Spot = Point
@js(number) @transparent struct Millis(i64)
struct Pair<A, B> { first: A, second: B? }
struct Tree<T> { value: T, children: Tree<T>[] }
enum Choice<L, R> { Left(L), Both(L, R), Right { right: R[], left: L? }, Neither }
`;

/** The text: aliases, structs and enums `R0`, `R1` … over random types. */
export function randomSchema(count: number, seed: number): string {
  const types = fc.sample(type, { numRuns: count * 3, seed });
  const texts = Array.from({ length: count }, (_, at) => {
    const [a = "", b = "", c = ""] = types.slice(at * 3);
    if (at % 3 === 0) return `type R${at} = ${a}`;
    if (at % 3 === 1) return `struct R${at} { a: ${a}, b: ${b}, c: ${c} }`;
    return `enum R${at} { None, One(${a}), Two(${a}, ${b}), Three { x: ${b}, y: ${c} } }`;
  });
  return `${declarations}${texts.join("\n")}\n`;
}
