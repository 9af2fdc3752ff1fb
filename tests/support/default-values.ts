/** Declared defaults as generated code gives them to shapes: a function that makes the value. */
import type { Field, Type } from "../../packages/codegen/src/model/model.js";
import { isLiteral, noArguments, resolve } from "./model-types.js";

/** The default of a field that the peer does not have; undefined when none is declared. */
export function defaultOf(field: Field): (() => unknown) | undefined {
  const { default: declared } = field;
  const type = resolve(field.type, noArguments);
  if (declared === undefined) return undefined;
  switch (declared.kind) {
    case "none":
      return () => undefined;
    case "integer": {
      const value = isBigint(type) ? declared.value : Number(declared.value);
      return () => value;
    }
    case "variant": {
      const { variant } = declared;
      if (type.kind !== "named" || type.declaration.kind !== "enum") return undefined;
      const isText = isLiteral(type.declaration);
      return isText ? () => variant : () => ({ kind: variant });
    }
    case "empty":
      return () => emptyOf(type);
    default: {
      const { value } = declared;
      return () => value;
    }
  }
}

function isBigint(type: Type): boolean {
  return type.kind === "primitive" && /64|128/.test(type.name) && !type.asNumber;
}

function emptyOf(type: Type): unknown {
  if (type.kind === "map") return new Map();
  if (type.kind === "set") return new Set();
  return type.kind === "primitive" ? new Uint8Array(0) : [];
}
