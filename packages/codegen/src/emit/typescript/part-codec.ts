/** Writers and readers of composites that have no name of their own. */

import { block, conditional, group, joined, type Layout } from "../layout.js";
import type { FileScope } from "./file-scope.js";
import { elementBytes, entryBytes, setElementBytes, spendExtra } from "./heap-text.js";
import { roomOf } from "./measure.js";
import { namedReader, namedWriter } from "./named-codec.js";
import { readText } from "./read.js";
import { isTupleLength, valueText } from "./types.js";
import { hasKnownSize, type ValueType } from "./value-type.js";
import { countStep, type RunOptions, type Step, tagStep, writeStep, writeSteps, writeText } from "./write.js";

type Of<Kind extends ValueType["kind"]> = Extract<ValueType, { kind: Kind }>;

/** Statements that write `v` and return the next position. */
export function writerBody(type: ValueType, file: FileScope): readonly Layout[] {
  switch (type.kind) {
    case "named":
      return namedWriter(type, file);
    case "option":
      return [joined("return ", writeText(type, "p", "v", file), ";")];
    case "list":
      return listWriter(type, file);
    case "array":
      return arrayWriter(type, file);
    case "tuple":
      return tupleWriter(type, file);
    case "map":
      return entriesWriter("$.expectMap(v);", "const [key, value] of v", [
        writeStep(type.from, "key", file),
        writeStep(type.to, "value", file),
      ]);
    case "set":
      return entriesWriter("$.expectSet(v);", "const item of v", [writeStep(type.element, "item", file)]);
    case "result":
      return resultWriter(type, file);
    case "primitive":
    case "parameter":
    case "payload":
    case "channel":
      throw new Error(`a ${type.kind} is written by the runtime`);
  }
}

/** Statements that read a value and return it. */
export function readerBody(type: ValueType, file: FileScope): readonly Layout[] {
  switch (type.kind) {
    case "named":
      return namedReader(type, file);
    case "option":
    case "tuple":
      return [joined("return ", readText(type, file), ";")];
    case "list":
      return listReader(listCount(type.element, file), type.element, file);
    case "array":
      return arrayReader(type, file);
    case "map":
      return mapReader(type, file);
    case "set":
      return setReader(type, file);
    case "result":
      return resultReader(type, file);
    case "primitive":
    case "parameter":
    case "payload":
    case "channel":
      throw new Error(`a ${type.kind} is read by the runtime`);
  }
}

/** The smallest encoding of what a count counts, for the check of the count. */
function least(types: readonly ValueType[], file: FileScope): string {
  const known = types.filter(hasKnownSize).map((type) => file.measures.minBytes(type));
  const bytes = known.map((size) => (Number.isFinite(size) ? size : 1)).reduce((sum, size) => sum + size, 0);
  const unknown = types.filter((type) => !hasKnownSize(type)).map((type) => file.leastBytes(type));
  return [...(bytes === 0 && unknown.length > 0 ? [] : [String(bytes)]), ...unknown].join(" + ");
}

/** Statements for one element; an option is looked at twice. */
function elementWriter(element: ValueType, file: FileScope, options: RunOptions = {}): readonly Layout[] {
  const item = `v[i] as ${valueText(element, file)}`;
  if (element.kind !== "option") return writeSteps([writeStep(element, item, file)], options);
  return [`const item = ${item};`, ...writeSteps([writeStep(element, "item", file)], options)];
}

function listWriter({ element }: Of<"list">, file: FileScope): readonly Layout[] {
  return [
    "p = $.writeLength(w, p, v);",
    loop("for (let i = 0, n = v.length; i < n; i++)", elementWriter(element, file)),
    "return p;",
  ];
}

/** A loop; braces only around more than one statement. */
function loop(head: string, lines: readonly Layout[]): Layout {
  const [only] = lines.length === 1 ? lines : [];
  return only === undefined ? block(`${head} {`, lines) : joined(`${head} `, only);
}

function listCount(element: ValueType, file: FileScope): string {
  return `$.readCount(r, ${listArgs(element, file)})`;
}

/** Arguments for the reader of a count: the bytes of the smallest element, and its memory. */
function listArgs(element: ValueType, file: FileScope): string {
  const memory = elementBytes(element, file);
  return memory === undefined ? least([element], file) : `${least([element], file)}, ${memory}`;
}

function listReader(count: string, element: ValueType, file: FileScope): readonly Layout[] {
  return [
    `const n = ${count};`,
    `const v = new ${file.platform("Array")}<${valueText(element, file)}>(n);`,
    joined("for (let i = 0; i < n; i++) v[i] = ", readText(element, file), ";"),
    "return v;",
  ];
}

/** Room is the caller's where the whole array is bounded. */
function arrayWriter(type: Of<"array">, file: FileScope): readonly Layout[] {
  const { element, length } = type;
  const guard = `$.expectArrayOf(v, ${length});`;
  const hasRoom = roomOf(type).isBounded;
  if (isTupleLength(length)) {
    const steps = Array.from({ length }, (_, at) => writeStep(element, `v[${at}]`, file));
    return [guard, ...writeSteps(steps, { returns: true, hasRoom })];
  }
  const loop = block(`for (let i = 0; i < ${length}; i++) {`, elementWriter(element, file, { hasRoom }));
  return [guard, loop, "return p;"];
}

function arrayReader(type: Of<"array">, file: FileScope): readonly Layout[] {
  const { element, length } = type;
  if (isTupleLength(length)) {
    const values = Array.from({ length }, () => readText(element, file));
    return [joined("return ", group("[", values, "]"), ";")];
  }
  return listReader(`$.readArrayCount(r, ${length}, ${listArgs(element, file)})`, element, file);
}

function tupleWriter(type: Of<"tuple">, file: FileScope): readonly Layout[] {
  const { elements } = type;
  const steps = elements.map((element, at) => writeStep(element, `v[${at}]`, file));
  const hasRoom = roomOf(type).isBounded;
  return [`$.expectArrayOf(v, ${elements.length});`, ...writeSteps(steps, { returns: true, hasRoom })];
}

/** A map or set may change while it is written: the number of elements must match the count before them. */
function entriesWriter(guard: string, entry: string, steps: readonly Step[]): readonly Layout[] {
  return [
    guard,
    "const n = v.size;",
    ...writeSteps([countStep("n")]),
    "let left = n;",
    block(`for (${entry}) {`, [...writeSteps(steps), "left--;"]),
    "return left === 0 ? p : $.badLength(n, n - left);",
  ];
}

function mapReader(type: Of<"map">, file: FileScope): readonly Layout[] {
  const args = `${least([type.from, type.to], file)}, ${entryBytes(type.from, type.to, file)}`;
  return [
    `const v: ${valueText(type, file)} = new ${file.platform("Map")}();`,
    ...keyedLoop(type.from, args, file, [
      joined("const key = ", readText(type.from, file), ";"),
      ...checkKey(type.from, file),
      joined("v.set(key, ", readText(type.to, file), ");"),
    ]),
    "return v;",
  ];
}

function setReader(type: Of<"set">, file: FileScope): readonly Layout[] {
  const { element } = type;
  const args = `${least([element], file)}, ${setElementBytes(element, file)}`;
  const check = checkKey(element, file);
  const item = readText(element, file);
  const body =
    check.length === 0
      ? [joined("v.add(", item, ");")]
      : [joined("const key = ", item, ";"), ...check, "v.add(key);"];
  return [
    `const v: ${valueText(type, file)} = new ${file.platform("Set")}();`,
    ...keyedLoop(element, args, file, body),
    "return v;",
  ];
}

/** A loop over the entries of a Map or Set. */
function keyedLoop(
  key: ValueType,
  args: string,
  file: FileScope,
  body: readonly Layout[],
): readonly Layout[] {
  if (keyCheckOf(key, file) === undefined)
    return [block(`for (let left = $.readCount(r, ${args}); left > 0; left--) {`, body)];
  return [
    `const n = $.readCount(r, ${args});`,
    "const keys = $.checkKeys(n);",
    block("for (let left = n; left > 0; left--) {", body),
  ];
}

function checkKey(key: ValueType, file: FileScope): readonly string[] {
  const check = keyCheckOf(key, file);
  return check === undefined ? [] : [`keys?.${check}(r, key);`];
}

/** How keys are checked that a peer can make collide; undefined for types with few values, and for texts. */
function keyCheckOf(key: ValueType, file: FileScope): "number" | "bigint" | "any" | undefined {
  if (key.kind === "parameter") return "any";
  if (key.kind === "named") {
    const members = file.types.members(key);
    const [only] = members.kind === "tupleStruct" && members.isBrand ? members.elements : [];
    return only === undefined ? undefined : keyCheckOf(only, file);
  }
  if (key.kind !== "primitive" || !/^[ui](32|64|128)$/.test(key.name)) return undefined;
  return key.asNumber || key.name.endsWith("32") ? "number" : "bigint";
}

function resultWriter(type: Of<"result">, file: FileScope): readonly Layout[] {
  const hasRoom = roomOf(type).isBounded;
  const branch = (index: number, element: ValueType, member: string): readonly Layout[] =>
    writeSteps([tagStep(index), writeStep(element, `v.${member}`, file)], { returns: true, hasRoom });
  return [
    '$.expectObject(v, "result");',
    block("if (v.ok === true) {", branch(0, type.ok, "value")),
    block("if (v.ok === false) {", branch(1, type.error, "error")),
    'return $.badVariant(v, "result");',
  ];
}

function resultReader(type: Of<"result">, file: FileScope): readonly Layout[] {
  const ok = group("{", ["ok: true", joined("value: ", readText(type.ok, file))], "}", " ");
  const error = group("{", ["ok: false", joined("error: ", readText(type.error, file))], "}", " ");
  const [extraOk, extraError] = [spendExtra(type, 0, file), spendExtra(type, 1, file)];
  return [
    "const index = $.readTag(r);",
    ...extraOk.map((spend) => `if (index === 0) ${spend}`),
    joined("if (index === 0) return ", ok, ";"),
    ...extraError,
    joined("return ", conditional("index === 1", error, '$.unknownVariant(r, index, "result")'), ";"),
  ];
}
