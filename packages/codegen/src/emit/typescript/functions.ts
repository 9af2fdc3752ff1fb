/** Functions of codecs with their signatures, and the constants of codecs. */
import type { TypeDeclaration } from "../../model/model.js";
import { block, group, joined, type Layout, object, render } from "../layout.js";
import type { PlannedPart } from "./file-plan.js";
import type { FileScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import type { CodecNames } from "./names.js";
import { readerBody, writerBody } from "./part-codec.js";
import { readFunction } from "./read.js";
import { shapeConstants, shapeText } from "./shape.js";
import { valueText } from "./types.js";
import type { ValueType } from "./value-type.js";
import { writeFunction } from "./write.js";

/** The function `name(w, p, v)`. @param head `function` or `export function` */
function writerFunction(head: string, name: string, type: Layout, body: readonly Layout[]): Layout {
  const w = mentions(body, "w") ? "w" : "_w";
  const v = mentions(body, "v") ? "v" : "_v";
  return signature(
    `${head} ${name}`,
    [`${w}: $.Writer`, "p: number", joined(`${v}: `, type)],
    "number",
    body,
  );
}

/** The function `name(r)`. @param head `function` or `export function` */
function readerFunction(head: string, name: string, type: Layout, body: readonly Layout[]): Layout {
  const r = mentions(body, "r") ? "r" : "_r";
  return signature(`${head} ${name}`, [`${r}: $.Reader`], type, body);
}

function signature(
  head: string,
  parameters: readonly Layout[],
  result: Layout,
  body: readonly Layout[],
): Layout {
  return joined(group(`${head}(`, parameters, ")"), ": ", result, block(" {", body));
}

/** Whether a body uses a variable. The emitter marks an unused variable as such. */
export function mentions(body: readonly Layout[], variable: string): boolean {
  const word = new RegExp(`(?<![\\w$.])${variable}(?![\\w$:])`);
  return body.some((line) => word.test(render(line, 0)));
}

/** Shape, writer and reader of a declared struct or enum: exported for the other files of the schema. */
export function declaredCodec(declaration: TypeDeclaration, file: FileScope): readonly (readonly Layout[])[] {
  if (declaration.kind === "alias" || declaration.parameters.length > 0) return [];
  const type = file.types.named(declaration, []);
  const names = file.declared(declaration);
  const text = valueText(type, file);
  return [
    shapeConstants(type, names.shape, "export const", file),
    [writerFunction("export function", names.write, text, writerBody(type, file))],
    [readerFunction("export function", names.read, text, readerBody(type, file))],
  ];
}

/** The codec constant of a declared type without parameters, where it has one. */
export function codecConstant(declaration: TypeDeclaration, file: FileScope): readonly Layout[] {
  const { codec, type: name } = file.declared(declaration);
  if (codec === undefined || declaration.parameters.length > 0) return [];
  const head = `export const ${codec}: $.Codec<${name}> = /*@__PURE__*/ $.codec(`;
  if (declaration.kind !== "alias") {
    const { shape, write, read } = file.declared(declaration);
    return [group(head, [shape, write, read], ");")];
  }
  const type = file.types.of(declaration.type);
  const parts = [shapeText(type, file, true), writeFunction(type, file), readFunction(type, file)];
  return [group(head, [...parts, stringLiteral(name)], ");")];
}

/** A half of a part, written. */
export interface PartText {
  readonly name: string;
  readonly half: keyof CodecNames;
  readonly text: Layout;
}

const halves: readonly (keyof CodecNames)[] = ["shape", "write", "read"];

/** The functions and shapes of composites; halves that nothing uses are left out. */
export function partTexts(scope: FileScope): readonly PartText[] {
  return [...scope.parts.values()].flatMap((part) =>
    halves
      .filter((half) => part.halves.has(half))
      .map((half) => ({ name: part.names[half], half, text: partText(part, half, scope) })),
  );
}

/** One half of a composite without a name, or of an instantiated generic. */
function partText({ type, names }: PlannedPart, half: keyof CodecNames, file: FileScope): Layout {
  const text = valueText(type, file);
  switch (half) {
    case "shape":
      return joined(...shapeConstants(asNamed(type), names.shape, "const", file));
    case "write":
      return writerFunction("function", names.write, text, writerBody(type, file));
    case "read":
      return readerFunction("function", names.read, text, readerBody(type, file));
  }
}

/** The constant by which a channel's ends encode and decode their items. */
export function itemConstant(element: ValueType, name: string, file: FileScope): Layout {
  const entries = [
    joined("shape: ", shapeText(element, file, true)),
    joined("write: ", writeFunction(element, file)),
    joined("read: ", readFunction(element, file)),
  ];
  return joined(`const ${name}: $.ItemType<${valueText(element, file)}> = `, object(entries), ";");
}

function asNamed(type: ValueType): Extract<ValueType, { kind: "named" }> {
  if (type.kind !== "named") throw new Error("only declared types have a shape of their own");
  return type;
}
