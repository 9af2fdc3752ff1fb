/** Codecs of generic types: functions that take a codec for each type argument. */
import type { TypeDeclaration } from "../../model/model.js";
import { block, group, joined, type Layout } from "../layout.js";
import type { GenericPlan } from "./file-plan.js";
import { type FileScope, GenericScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import { mentions, partTexts } from "./functions.js";
import { readFunction } from "./read.js";
import { shapeText } from "./shape.js";
import { writeFunction } from "./write.js";

/** The function that makes the codec of a generic type from those of its arguments. */
export function genericCodec(declaration: TypeDeclaration, file: FileScope): readonly Layout[] {
  const { codec } = file.declared(declaration);
  if (codec === undefined || declaration.parameters.length === 0) return [];
  const { name, parameters } = declaration;
  const own = file.plan.generics.get(declaration);
  if (own === undefined) return [];
  const { type } = own;
  const scope = new GenericScope(file, own);
  const result = `$.Codec<${name}<${parameters.join(", ")}>>`;
  const parts = [shapeText(type, scope, false), writeFunction(type, scope), readFunction(type, scope)];
  const label = declaration.kind === "alias" ? [stringLiteral(name)] : [];
  const inner = partTexts(scope);
  const body: readonly Layout[] = [
    ...keyGuards(own, scope),
    ...[...own.options].map(
      ([parameter, option]) => `const ${option} = $.optionOf(${scope.parameter(parameter)});`,
    ),
    ...inner.filter(({ half }) => half === "shape").map(({ text }) => text),
    ...[...own.sizes].map(([sized, size]) =>
      joined(`const ${size} = $.leastBytes(`, shapeText(sized, scope, false), ");"),
    ),
    ...[...own.memory.values()].map(({ name, what, type, index }) =>
      joined(
        `const ${name} = $.${what}(`,
        shapeText(type, scope, false),
        index === undefined ? ");" : `, ${index});`,
      ),
    ),
    ...inner.filter(({ half }) => half !== "shape").map(({ text }) => text),
    group("return $.codec(", [...parts, ...label], ");"),
  ];
  const list = [...own.parameters].map(
    ([parameter, variable]) => `${mentions(body, variable) ? "" : "_"}${variable}: $.Codec<${parameter}>`,
  );
  return [
    `/** Makes the codec of {@link ${name}} from those of its type arguments. */`,
    joined(
      group(`export function ${codec}<${parameters.join(", ")}>(`, list, ")"),
      `: ${result}`,
      block(" {", body),
    ),
  ];
}

/** Type arguments that are compared must be of types that JavaScript compares as the wire does. */
function keyGuards({ parts }: GenericPlan, scope: GenericScope): readonly string[] {
  const keys = [...parts.values()].flatMap(({ type }) =>
    type.kind === "map" ? [type.from] : type.kind === "set" ? [type.element] : [],
  );
  return [...new Set(keys)].flatMap((key) =>
    key.kind === "parameter"
      ? [`$.expectKey(${scope.parameter(key.name)}, ${stringLiteral(key.name)});`]
      : [],
  );
}
