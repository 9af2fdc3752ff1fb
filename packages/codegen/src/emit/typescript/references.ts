/**
 * What the code of a type refers to, for each piece of code that the emitter writes: other functions and constants of
 * the file, imports, constants of the codec of a generic type. The printers of these pieces look up what is named here.
 */
import type { Type, TypeDeclaration } from "../../model/model.js";
import { writtenTypes } from "../../model/parts.js";
import { formTypes, memberTypes } from "../../schema/index.js";
import type { MemoryFigure } from "./file-plan.js";
import { hasKnownMemory } from "./heap-text.js";
import { needsAnnotation } from "./read.js";
import { isTupleLength } from "./types.js";
import { hasKnownSize, type NamedValue, partsOf, type ValueType, type ValueTypes } from "./value-type.js";
import { floatList, isAnnotatedArgument } from "./write.js";

/** Takes what a piece of code refers to, in the order in which the code does. */
export interface References {
  /** The function that writes a composite. */
  writer(type: ValueType): void;
  /** The function that reads a composite. */
  reader(type: ValueType): void;
  shape(type: NamedValue): void;
  /** The constant of the items of a channel. */
  item(element: ValueType): void;
  /** A type as TypeScript names it. */
  value(type: ValueType): void;
  /** The codec of an option of a type argument. */
  option(parameter: string): void;
  /** The smallest encoding of a type that has a type argument in it. */
  least(type: ValueType): void;
  /** The memory of values of a type that has a type argument in it. */
  memory(what: MemoryFigure, type: ValueType, index?: number): void;
}

/** Declarations that the text of a type names, as `typeText` writes it. */
export function namedIn(type: Type, found: (declaration: TypeDeclaration) => void): void {
  if (type.kind === "named" || type.kind === "alias") found(type.declaration);
  // A typed array has the name of the platform.
  if ((type.kind === "list" || type.kind === "array") && type.typed) return;
  for (const inner of writtenTypes(type)) namedIn(inner, found);
}

/** A shape in place. */
export function inShape(type: ValueType, types: ValueTypes, to: References): void {
  switch (type.kind) {
    case "named":
      to.shape(type);
      return;
    case "channel":
      to.item(type.element);
      return;
    case "option":
      if (type.element.kind === "parameter") {
        to.option(type.element.name);
        return;
      }
      inShape(type.element, types, to);
      return;
    default:
      for (const part of partsOf(type, types)) inShape(part, types, to);
  }
}

/** The constant of the shape of a struct or enum. */
export function inShapeConstant(type: NamedValue, types: ValueTypes, to: References): void {
  for (const part of partsOf(type, types)) inShape(part, types, to);
}

/** An expression that writes a value. */
export function inWrite(type: ValueType, to: References): void {
  switch (type.kind) {
    case "payload":
      inWrite(type.content, to);
      return;
    case "option":
      if (type.element.kind === "parameter") {
        to.option(type.element.name);
        return;
      }
      if (type.element.kind === "option") to.writer(type.element);
      else inWrite(type.element, to);
      return;
    case "channel":
      to.item(type.element);
      return;
    default:
      if (hasFunction(type)) to.writer(type);
  }
}

/** The function that writes an argument of a method. */
export function inArgument(type: ValueType, to: References): void {
  if (type.kind === "payload") {
    inArgument(type.content, to);
    return;
  }
  inWrite(type, to);
  if (isAnnotatedArgument(type)) to.value(type);
}

/** An expression that reads a value. */
export function inRead(type: ValueType, to: References): void {
  switch (type.kind) {
    case "payload":
      inRead(type.content, to);
      return;
    case "option":
      if (type.element.kind === "parameter") {
        to.option(type.element.name);
        return;
      }
      inRead(type.element, to);
      if (!hasKnownMemory(type)) to.memory("presentBytes", type);
      return;
    case "tuple":
      for (const element of type.elements) inRead(element, to);
      return;
    case "channel":
      to.item(type.element);
      return;
    default:
      if (hasFunction(type)) to.reader(type);
  }
}

/** The body of the function that writes a composite. */
export function inWriter(type: ValueType, types: ValueTypes, to: References): void {
  if (type.kind === "option") {
    inWrite(type, to);
    return;
  }
  if (type.kind === "array" && type.length === 0) return;
  for (const part of partsOf(type, types)) inWrite(part, to);
}

/** The body of the function that reads a composite. */
export function inReader(type: ValueType, types: ValueTypes, to: References): void {
  switch (type.kind) {
    case "option":
    case "tuple":
      inRead(type, to);
      return;
    case "array":
      if (isTupleLength(type.length)) {
        if (type.length > 0) inRead(type.element, to);
        return;
      }
      inList(type.element, to);
      return;
    case "list":
      inList(type.element, to);
      return;
    case "map":
      inEntries([type.from, type.to], to);
      return;
    case "set":
      inEntries([type.element], to);
      return;
    case "result":
      inRead(type.ok, to);
      inRead(type.error, to);
      inExtra(type, 2, to);
      return;
    case "named":
      inMembers(type, types, to);
      return;
    default:
  }
}

function inList(element: ValueType, to: References): void {
  if (!hasKnownMemory(element)) to.memory("elementBytes", element);
  if (!hasKnownSize(element)) to.least(element);
  inRead(element, to);
}

function inEntries(parts: readonly ValueType[], to: References): void {
  for (const part of parts) if (!hasKnownSize(part)) to.least(part);
  for (const part of parts) if (!hasKnownMemory(part)) to.memory("decodedBytes", part);
  for (const part of parts) inRead(part, to);
}

function inMembers(type: NamedValue, types: ValueTypes, to: References): void {
  const members = types.members(type);
  if (members.kind === "struct") {
    const parts = memberTypes<ValueType>(members);
    for (const part of parts) inRead(part, to);
    for (const part of parts) if (needsAnnotation(part)) to.value(part);
    return;
  }
  if (members.kind === "tupleStruct") {
    for (const element of members.elements) inRead(element, to);
    return;
  }
  if (members.isLiteral) return;
  for (const [index, { payload }] of members.variants.entries()) {
    for (const part of formTypes(payload)) inRead(part, to);
    if (!hasKnownMemory(type)) to.memory("extraBytes", type, index);
  }
}

function inExtra(type: ValueType, sides: number, to: References): void {
  if (hasKnownMemory(type)) return;
  for (let index = 0; index < sides; index += 1) to.memory("extraBytes", type, index);
}

/** Whether a value is written and read by functions of the file, not of the runtime or of a type argument. */
function hasFunction(type: ValueType): boolean {
  if (type.kind === "primitive" || type.kind === "parameter") return false;
  if ((type.kind === "list" || type.kind === "array") && type.typed) return false;
  return floatList(type, "read") === undefined;
}
