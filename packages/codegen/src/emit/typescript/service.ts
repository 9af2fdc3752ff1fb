/** Services and methods as their callers import them. */
import type { Method, Service } from "../../model/model.js";
import { methodSchemas } from "../../schema/index.js";
import { group, joined, type Layout, object } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import type { MethodParts } from "./method-parts.js";
import type { MethodNames } from "./names.js";
import { idText } from "./plan.js";
import { readFunction } from "./read.js";
import { signatureOf } from "./signature.js";

/** The exported constant of a method: all that a caller needs. */
export function methodConstant(
  service: Service,
  method: Method,
  names: MethodNames,
  parts: MethodParts,
  file: FileScope,
): readonly Layout[] {
  const { argsType, returns, throws } = signatureOf(method, file);
  const { methodId } = methodSchemas(service, method, file.program.schemas);
  const args = parts.args(service, method);
  const flags = methodFlags(method);
  const entries = [
    stringLiteral(service.name),
    stringLiteral(method.name),
    idText(methodId),
    args.plan,
    args.write,
    parts.response(service, method),
    readFunction(file.types.of(method.returns), file),
  ];
  if (method.throws !== undefined) entries.push(readFunction(file.types.of(method.throws), file));
  else if (flags.length > 0) entries.push("undefined");
  if (flags.length > 0) entries.push(object(flags));
  return [
    ...docLines(method),
    joined(
      `export const ${names.constant}: $.Method<`,
      argsType,
      group(`, ${returns}, ${throws}> = /*@__PURE__*/ $.declared(`, entries, ");"),
    ),
  ];
}

/** The exported constant of a service. */
export function serviceConstant(service: Service, file: FileScope): readonly Layout[] {
  const { client, methods } = file.service(service);
  const members = [...methods.values()].map(({ member, constant }) => `${member}: ${constant}`);
  return [
    ...docLines(service),
    group(
      `export const ${service.name}: $.Service<${client}> = /*@__PURE__*/ $.service(`,
      [stringLiteral(service.name), `(caller) => new ${client}(caller)`, object(members)],
      ");",
    ),
  ];
}

/** Members of a method's description that its attributes give it. */
function methodFlags({ idempotent, persist, hasChannels }: Method): readonly string[] {
  return [
    ...(idempotent ? ["idempotent: true"] : []),
    ...(persist ? ["persist: true"] : []),
    ...(hasChannels ? ["channels: $.channels"] : []),
  ];
}
