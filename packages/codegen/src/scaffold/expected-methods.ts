/** The methods of the handler interface, and the text of a method without an implementation. */
import { block, group, joined, render } from "../emit/layout.js";
import { docLines } from "../emit/typescript/docs.js";
import type { ServiceNames } from "../emit/typescript/names.js";
import { lastParameter, parameterDocs, signatureOf } from "../emit/typescript/signature.js";
import type { Service } from "../model/model.js";
import type { Style } from "./user-file.js";
import type { TypeText, UserScope } from "./user-scope.js";

export interface ExpectedParameter {
  readonly name: string;
  readonly type: TypeText;
}

export interface ExpectedMethod {
  /** Member of the handler interface. */
  readonly member: string;
  /** `Catalog.get`, as the schema names it. */
  readonly title: string;
  /** Lines of the doc comment. */
  readonly docs: readonly string[];
  /** The arguments, then the call's context. */
  readonly parameters: readonly ExpectedParameter[];
  /** The type of a returned value, without a promise around it. */
  readonly value: TypeText;
}

/** Methods of the generated handler interface, in the order of the schema. */
export function expectedMethods(
  service: Service,
  names: ServiceNames,
  scope: UserScope,
): readonly ExpectedMethod[] {
  return [...names.methods].map(([method, { member }]): ExpectedMethod => {
    const signature = signatureOf(method, scope);
    const parameters = method.args.map((argument, at) => ({
      name: signature.parameters[at]?.name ?? argument.name,
      type: scope.type(argument.type),
    }));
    const context = {
      name: lastParameter("context", signature.parameters),
      type: scope.withRuntime("$.CallContext"),
    };
    const returns = signature.returnsUnit ? scope.withRuntime("void") : scope.type(method.returns);
    const value =
      method.throws === undefined
        ? returns
        : scope.withRuntime(returns, " | $.Failure<", scope.type(method.throws), ">");
    return {
      member,
      title: `${service.name}.${method.name}`,
      docs: docLines(method, parameterDocs(method, signature.parameters)),
      parameters: [...parameters, context],
      value,
    };
  });
}

/** Everything that the text of a method needs. */
export function needsOf({ parameters, value }: ExpectedMethod): TypeText["needs"] {
  return [...parameters.flatMap(({ type }) => type.needs), ...value.needs];
}

/**
 * A method without an implementation: calls of it fail with an error that names it.
 *
 * @returns lines joined with `\n`, indented by `indentation` from the first on
 */
export function skeletonMethod(
  { member, title, docs, parameters, value }: ExpectedMethod,
  indentation: string,
  style: Style,
  promise: string,
): string {
  const { quote, semicolon } = style;
  const list = parameters.map(({ name, type }) => `${name}: ${type.text}`);
  const message = `${quote}${title} has no body yet${quote}`;
  const method = joined(
    group(`async ${member}(`, list, ")"),
    block(`: ${promise}<${value.text}> {`, [`throw new Error(${message})${semicolon}`]),
  );
  // Laid out as inside of a class, then given the indentation of this file.
  const lines = [
    ...docs,
    ...render(method, 2)
      .replace(/\n {2}/g, "\n")
      .split("\n"),
  ];
  return lines.map((line) => indentation + reindent(line, style.indent)).join("\n");
}

/** Two spaces a level become the author's way of indenting; the stars of a comment keep their space. */
function reindent(line: string, indent: string): string {
  const levels = /^(?: {2})*/.exec(line)?.[0].length ?? 0;
  return indent.repeat(levels / 2) + line.slice(levels);
}
