/** Clients: a class whose calls throw, and the type of the same calls that return a Result. */
import type { Method, Service } from "../../model/model.js";
import { block, group, joined, type Layout } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import type { MethodNames } from "./names.js";
import { lastParameter, parameterDocs, parameterText, signatureOf } from "./signature.js";

/** The class of a service and the type of its other form, a blank line between pieces. */
export function clientText(service: Service, file: FileScope): readonly (readonly Layout[])[] {
  const names = file.service(service);
  const members = service.methods.flatMap((method) => {
    const methodNames = names.methods.get(method);
    return methodNames === undefined ? [] : ["", ...callText(method, methodNames, file)];
  });
  return [
    [
      ...docLines({ ...service, docs: [`Calls {@link ${service.name}}.`, ...gapBefore(service.docs)] }),
      block(`export class ${names.client} extends $.ClientBase {`, [
        "/** The same calls; one that fails gives a value instead of an exception. */",
        block(`get $try(): ${names.tryClient} {`, [
          `return $.tryClient(this.$caller, ${service.name}.methods);`,
        ]),
        ...members,
      ]),
    ],
    [
      `/** Calls {@link ${service.name}}; a call that fails gives a value instead of an exception. */`,
      joined(`export type ${names.tryClient} = $.TryClient<${names.client}`, errorsText(service, file), ">;"),
    ],
  ];
}

/** The declared errors by method; nothing where no method has one. */
function errorsText(service: Service, file: FileScope): Layout {
  const errors = service.methods.flatMap((method) => {
    const member = file.service(service).methods.get(method)?.member ?? "";
    return method.throws === undefined ? [] : [`${member}: ${signatureOf(method, file).throws}`];
  });
  return errors.length === 0 ? "" : joined(", ", group("{", errors, "}", " "));
}

function gapBefore(docs: readonly string[]): readonly string[] {
  return docs.length === 0 ? [] : ["", ...docs];
}

function callText(method: Method, names: MethodNames, file: FileScope): readonly Layout[] {
  const signature = signatureOf(method, file, (word) => word === names.constant);
  const { parameters, returns, returnsUnit } = signature;
  const options = lastParameter("options", parameters);
  const values = `[${parameters.map(({ name }) => name).join(", ")}]`;
  const list = [...parameters.map(parameterText), `${options}?: $.CallOptions`];
  return [
    ...docLines(method, parameterDocs(method, parameters)),
    joined(
      group(`${names.member}(`, list, ")"),
      block(`: ${file.platform("Promise")}<${returnsUnit ? "void" : returns}> {`, [
        group("return this.$caller.call(", [names.constant, values, options], ");"),
      ]),
    ),
  ];
}
