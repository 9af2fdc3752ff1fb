/** Services and methods as their callers import them. */
import type { Method, Service, StructDeclaration } from "../../model/model.js";
import type { Announcing } from "../../schema/index.js";
import { group, joined, type Layout, object } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import type { MethodNames } from "./names.js";
import { readFunction } from "./read.js";
import { shapeText } from "./shape.js";
import { argumentTypes, signatureOf } from "./signature.js";
import { idText, typeRefText } from "./wire-data.js";
import { writeArgument } from "./write.js";

/** The exported constant of a method: all that a caller needs. */
export function methodConstant(
  service: Service,
  method: Method,
  names: MethodNames,
  file: FileScope,
): readonly Layout[] {
  const { argsType, returns, throws } = signatureOf(method, file);
  const { methodId, argsAnnouncing, responseAnnouncing } = file.program.announcements.method(service, method);
  const types = argumentTypes(method, file);
  const list = (items: readonly Layout[]): Layout => group("[", items, "]");
  const ok = file.types.of(method.returns);
  const error = method.throws === undefined ? undefined : file.types.of(method.throws);
  const flags = [
    ...methodFlags(method),
    ...announcingText("args", argsAnnouncing, file),
    ...announcingText("response", responseAnnouncing, file),
  ];
  const entries = [
    stringLiteral(service.name),
    stringLiteral(method.name),
    idText(methodId),
    stringLiteral(method.args.map((argument) => argument.name).join(" ")),
    list(types.map((type) => shapeText(type, file, true))),
    list(types.map((type) => writeArgument(type, file))),
    shapeText(ok, file, true),
    readFunction(ok, file),
  ];
  if (error !== undefined) entries.push(shapeText(error, file, true), readFunction(error, file));
  else if (flags.length > 0) entries.push("undefined", "undefined");
  if (flags.length > 0) entries.push(object(flags));
  return [
    joined(
      `export const ${names.constant}: $.Method<`,
      argsType,
      group(`, ${returns}, ${throws}> = /*@__PURE__*/ $.declared(`, entries, ");"),
    ),
  ];
}

/** What one direction of a method needs beside its shapes; mostly nothing. */
function announcingText(
  direction: "args" | "response",
  announcing: Announcing,
  file: FileScope,
): readonly Layout[] {
  if (announcing.kind === "explicit") {
    const { root, schemas: needed } = announcing.schemas;
    const list = group(
      "[",
      needed.map((schema) => file.schema(schema)),
      "]",
    );
    const entries = [joined("root: ", typeRefText(root)), joined("schemas: ", list)];
    return [joined(`${direction}: `, object(entries))];
  }
  if (announcing.ids.length === 0) return [];
  const ids = announcing.ids.flatMap(([type, id]) => [
    typeof type === "string"
      ? stringLiteral(type)
      : file.shape(file.types.named(type as StructDeclaration, [])),
    idText(id),
  ]);
  return [joined(`${direction}Ids: `, group("[", ids, "]"))];
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
