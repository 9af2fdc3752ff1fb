/** Services and methods as their callers import them, and the constants that both halves of a method share. */
import type { Method, Service } from "../../model/model.js";
import { methodSchemas } from "../../schema/index.js";
import { group, joined, type Layout, object } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import { readerFunction, writerFunction } from "./functions.js";
import type { MethodNames } from "./names.js";
import { idText, type SchemaConstants, typeRefText } from "./plan.js";
import { readFunction, readText } from "./read.js";
import { shapeText, tupleShapeText } from "./shape.js";
import { argumentTypes, signatureOf } from "./signature.js";
import type { ValueType } from "./value-type.js";
import { writeStep, writeSteps } from "./write.js";

/** What client and handler of a method share. */
export function sharedConstants(
  service: Service,
  method: Method,
  names: MethodNames,
  schemas: SchemaConstants,
  file: FileScope,
): readonly Layout[] {
  const { methodId, args, response } = methodSchemas(service, method, file.program.schemas);
  const types = argumentTypes(method, file);
  const argsSchemas = group(
    "[",
    args.schemas.map((schema) => schemas.use(schema)),
    "]",
  );
  const responseSchemas = group(
    "[",
    response.schemas.map((schema) => schemas.use(schema)),
    "]",
  );
  const words = method.args.map((argument) => argument.name);
  const responseText = group(
    `const ${names.response}: $.Binding = {`,
    [joined("root: ", typeRefText(response.root)), joined("schemas: ", responseSchemas)],
    "};",
    " ",
  );
  return [
    `const ${names.id} = ${idText(methodId)};`,
    joined(`const ${names.argsRoot} = `, typeRefText(args.root), ";"),
    joined(`const ${names.argsSchemas} = `, argsSchemas, ";"),
    joined(`const ${names.argsShape} = `, tupleShapeText(types, file, true, words), ";"),
    responseText,
  ];
}

/** Writer and reader of a method's arguments. */
export function argumentCodec(method: Method, names: MethodNames, file: FileScope): readonly Layout[] {
  const types = argumentTypes(method, file);
  const { argsType } = signatureOf(method, file);
  const steps = types.map((type, at) => writeStep(type, `v[${at}]`, file));
  const guard = types.length === 0 ? [] : [`$.expectArrayOf(v, ${types.length});`];
  const write = [...guard, ...writeSteps(steps, { returns: true })];
  return [
    writerFunction("function", names.writeArgs, argsType, write),
    readerFunction("function", names.readArgs, argsType, [joined("return ", tupleText(types, file), ";")]),
  ];
}

function tupleText(types: readonly ValueType[], file: FileScope): Layout {
  return group(
    "[",
    types.map((type) => readText(type, file)),
    "]",
  );
}

/** The exported constant of a method: all that a caller needs. */
export function methodConstant(
  service: Service,
  method: Method,
  names: MethodNames,
  file: FileScope,
): readonly Layout[] {
  const { argsType, returns, throws } = signatureOf(method, file);
  const entries = [
    `service: ${JSON.stringify(service.name)}`,
    `name: ${JSON.stringify(method.name)}`,
    `id: ${names.id}`,
    ...methodFlags(method),
    joined(
      "args: ",
      object([
        `root: ${names.argsRoot}`,
        `schemas: ${names.argsSchemas}`,
        `shape: ${names.argsShape}`,
        `write: ${names.writeArgs}`,
      ]),
    ),
    `response: ${names.response}`,
    joined("ok: ", resultText(file.types.of(method.returns), file)),
    ...(method.throws === undefined
      ? []
      : [joined("error: ", resultText(file.types.of(method.throws), file))]),
  ];
  return [
    ...docLines(method),
    joined(
      `export const ${names.constant}: $.Method<`,
      argsType,
      group(`, ${returns}, ${throws}> = /*@__PURE__*/ $.method({`, entries, "});"),
    ),
  ];
}

function resultText(type: ValueType, file: FileScope): Layout {
  return object([joined("shape: ", shapeText(type, file, true)), joined("read: ", readFunction(type, file))]);
}

/** The exported constant of a service. */
export function serviceConstant(service: Service, file: FileScope): readonly Layout[] {
  const { client, methods } = file.service(service);
  const members = [...methods.values()].map(({ member, constant }) => `${member}: ${constant}`);
  return [
    ...docLines(service),
    group(
      `export const ${service.name}: $.Service<${client}> = /*@__PURE__*/ $.service(`,
      [JSON.stringify(service.name), `(caller) => new ${client}(caller)`, object(members)],
      ");",
    ),
  ];
}

/** Members of a method's description that its attributes give it. */
export function methodFlags({ idempotent, persist, hasChannels }: Method): readonly string[] {
  return [
    ...(idempotent ? ["idempotent: true"] : []),
    ...(persist ? ["persist: true"] : []),
    ...(hasChannels ? ["channels: true"] : []),
  ];
}
