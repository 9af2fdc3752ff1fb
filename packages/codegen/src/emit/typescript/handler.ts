/** Handlers: the interface that an application implements, and the function that makes a dispatcher of it. */
import type { Method, Service } from "../../model/model.js";
import { block, group, joined, type Layout, object } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import { type MethodNames, signatureName } from "./names.js";
import { methodFlags } from "./service.js";
import { shapeText } from "./shape.js";
import { lastParameter, parameterDocs, parameterText, type Signature, signatureOf } from "./signature.js";
import { writeFunction } from "./write.js";

/** The interface of a service's handler. */
export function handlerText(service: Service, file: FileScope): readonly Layout[] {
  const { handler } = file.service(service);
  const members = service.methods.flatMap((method) => memberText(method, service, file));
  const docs = docLines({ docs: [`Answers the calls of {@link ${service.name}}.`] });
  if (members.length === 0)
    return [...docs, `export type ${handler} = ${file.platform("Record")}<string, never>;`];
  return [...docs, block(`export interface ${handler} {`, members)];
}

function memberText(method: Method, service: Service, file: FileScope): readonly Layout[] {
  const member = file.service(service).methods.get(method)?.member ?? "";
  const signature = signatureOf(method, file);
  const { parameters } = signature;
  const context = lastParameter("context", parameters);
  const list = [...parameters.map(parameterText), `${context}: $.CallContext`];
  return [
    ...docLines(method, parameterDocs(method, parameters)),
    joined(group(`${signatureName(member)}(`, list, ")"), `: ${answerText(signature)};`),
  ];
}

function answerText({ returns, returnsUnit, throws }: Signature): string {
  const value = returnsUnit ? "void" : returns;
  return throws === "never" ? `$.Awaitable<${value}>` : `$.Awaitable<${value} | $.Failure<${throws}>>`;
}

/** The function that pairs the methods of a service with a handler. */
export function dispatcherText(service: Service, file: FileScope): readonly Layout[] {
  const { dispatcher, handler, methods } = file.service(service);
  const items = [...methods].map(([method, names]) => handledText(service, method, names, file));
  const parameter = items.length === 0 ? "_handler" : "handler";
  return [
    `/** Serves {@link ${service.name}}: pass it to \`serve\`. */`,
    block(`export function ${dispatcher}(${parameter}: ${handler}): $.Dispatcher {`, [
      joined(`return $.dispatcher(${JSON.stringify(service.name)}, `, group("[", items, "]"), ");"),
    ]),
  ];
}

function handledText(service: Service, method: Method, names: MethodNames, file: FileScope): Layout {
  const { argsType, returns, returnsUnit, throws, parameters } = signatureOf(method, file);
  const value = returnsUnit ? "void" : returns;
  const args = parameters.map((_, at) => `args[${at}]`);
  const received = args.length === 0 ? "_args" : "args";
  const write = returnsUnit ? "(_w, p) => p" : writeFunction(file.types.of(method.returns), file);
  const ok = object([
    joined("shape: ", shapeText(file.types.of(method.returns), file, false)),
    joined("write: ", write),
  ]);
  const error =
    method.throws === undefined
      ? []
      : [
          joined(
            "error: ",
            object([
              joined("shape: ", shapeText(file.types.of(method.throws), file, false)),
              joined("write: ", writeFunction(file.types.of(method.throws), file)),
            ]),
          ),
        ];
  const types = throws === "never" ? `, ${value}` : `, ${value}, ${throws}`;
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
        `read: ${names.readArgs}`,
      ]),
    ),
    `response: ${names.response}`,
    joined("ok: ", ok),
    ...error,
    joined(
      "invoke: ",
      group(`(${received}, context) => handler.${names.member}(`, [...args, "context"], ")"),
    ),
  ];
  return joined("$.handled<", argsType, group(`${types}>({`, entries, "})"));
}
