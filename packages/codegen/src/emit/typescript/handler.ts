/** Handlers: the interface that an application implements, and the function that makes a dispatcher of it. */
import type { Method, Service } from "../../model/model.js";
import { block, group, joined, type Layout } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import { type MethodNames, signatureName } from "./names.js";
import { readFunction } from "./read.js";
import {
  argumentTypes,
  lastParameter,
  parameterDocs,
  parameterText,
  type Signature,
  signatureOf,
} from "./signature.js";
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
  const items = [...methods].map(([method, names]) => answeredText(method, names, file));
  return [
    `/** Serves {@link ${service.name}}: pass it to \`serve\`. */`,
    block(`export function ${dispatcher}(handler: ${handler}): $.Dispatcher {`, [
      joined(`return $.dispatcher(${stringLiteral(service.name)}, `, group("[", items, "]"), ", handler);"),
    ]),
  ];
}

function answeredText(method: Method, names: MethodNames, file: FileScope): Layout {
  const { returnsUnit, parameters } = signatureOf(method, file);
  const args = parameters.map((_, at) => `args[${at}]`);
  const received = args.length === 0 ? "_args" : "args";
  const entries = [
    names.constant,
    group(
      "[",
      argumentTypes(method, file).map((type) => readFunction(type, file)),
      "]",
    ),
    returnsUnit ? "(_w, p) => p" : writeFunction(file.types.of(method.returns), file),
    group(`(${received}, context) => handler.${names.member}(`, [...args, "context"], ")"),
  ];
  if (method.throws !== undefined) entries.push(writeFunction(file.types.of(method.throws), file));
  return group("$.answered(", entries, ")");
}
