/** Clients: one class whose calls throw, one whose calls return a Result. */
import type { Method, Service } from "../../model/model.js";
import { block, group, joined, type Layout } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import type { MethodNames } from "./names.js";
import { lastParameter, parameterDocs, parameterText, type Signature, signatureOf } from "./signature.js";

/** Both classes of a service, a blank line between pieces. */
export function clientText(service: Service, file: FileScope): readonly (readonly Layout[])[] {
  const names = file.service(service);
  const methods = service.methods;
  const members = (form: "call" | "tryCall"): readonly Layout[] =>
    methods.flatMap((method) => {
      const methodNames = names.methods.get(method);
      return methodNames === undefined ? [] : ["", ...callText(method, methodNames, form, file)];
    });
  return [
    [
      ...docLines({ ...service, docs: [`Calls {@link ${service.name}}.`, ...gapBefore(service.docs)] }),
      block(`export class ${names.client} extends $.ClientBase {`, [
        "/** The same calls; one that fails gives a value instead of an exception. */",
        block(`get $try(): ${names.tryClient} {`, [`return new ${names.tryClient}(this.$caller);`]),
        ...members("call"),
      ]),
    ],
    [
      `/** Calls {@link ${service.name}}; a call that fails gives a value instead of an exception. */`,
      block(`export class ${names.tryClient} {`, [
        "/** What the calls go through. */",
        "readonly $caller: $.Caller;",
        "",
        block("constructor(caller: $.Caller) {", ["this.$caller = caller;"]),
        ...members("tryCall"),
      ]),
    ],
  ];
}

function gapBefore(docs: readonly string[]): readonly string[] {
  return docs.length === 0 ? [] : ["", ...docs];
}

function callText(
  method: Method,
  names: MethodNames,
  form: "call" | "tryCall",
  file: FileScope,
): readonly Layout[] {
  const signature = signatureOf(method, file, (word) => word === names.constant);
  const { parameters } = signature;
  const options = lastParameter("options", parameters);
  const values = `[${parameters.map(({ name }) => name).join(", ")}]`;
  const list = [...parameters.map(parameterText), `${options}?: $.CallOptions`];
  return [
    ...docLines(method, parameterDocs(method, parameters)),
    joined(
      group(`${names.member}(`, list, ")"),
      block(`: ${file.platform("Promise")}<${resultText(signature, form)}> {`, [
        group(`return this.$caller.${form}(`, [names.constant, values, options], ");"),
      ]),
    ),
  ];
}

function resultText({ returns, returnsUnit, throws }: Signature, form: "call" | "tryCall"): string {
  if (form === "call") return returnsUnit ? "void" : returns;
  return `$.Result<${returns}, $.CallError<${throws}>>`;
}
