/** Services as rustfmt leaves them. */
import type { Method, Service, Type } from "../../model/model.js";
import { pascalCase } from "../../model/names.js";
import { writtenTypes } from "../../model/parts.js";
import { deprecated, docLines } from "./declaration-text.js";
import { argumentName, methodName, wireName } from "./names.js";
import type { TypeWriter } from "./type-text.js";

/** Longest line. */
const maxWidth = 100;

/** A service, and the aliases that its methods need. */
export function serviceLines(service: Service, writer: TypeWriter): readonly string[] {
  const signatures = new Signatures(service, writer);
  const methods = service.methods.flatMap((method, at) => {
    const lines = methodLines(method, signatures);
    return at > 0 && method.docs.length > 0 ? ["", ...lines] : lines;
  });
  const head = `pub trait ${wireName(service.name)}`;
  const body = methods.length === 0 ? [`${head} {}`] : [`${head} {`, ...methods, "}"];
  return [
    ...signatures.aliases,
    ...docLines(service.docs, ""),
    ...deprecated(service.deprecated, ""),
    "#[vox::service]",
    ...body,
  ];
}

function methodLines(method: Method, signatures: Signatures): readonly string[] {
  const args = method.args.map(
    ({ name, type }) => `${argumentName(name)}: ${signatures.text(type, method.name, name)}`,
  );
  const returns = signatures.returns(method);
  const end = returns === "()" ? ";" : ` -> ${returns};`;
  const head = `    async fn ${methodName(method.name)}(`;
  const line = `${head}${["&self", ...args].join(", ")})${end}`;
  const before = [
    ...docLines(method.docs, "    "),
    ...(method.idempotent ? ["    #[vox(idem)]"] : []),
    ...(method.persist ? ["    #[vox(persist)]"] : []),
    ...deprecated(method.deprecated, "    "),
  ];
  const hasReturn = end !== ";";
  if (line.length < maxWidth || (line.length === maxWidth && !hasReturn)) return [...before, line];
  if (line.length === maxWidth) return [...before, line.slice(0, -end.length), `    ${end.trimStart()}`];
  return [...before, head, "        &self,", ...args.map((arg) => `        ${arg},`), `    )${end}`];
}

/** Types in the signatures of one service, as the macro takes them: a type that its grammar lacks gets a name. */
class Signatures {
  readonly #service: Service;
  readonly #writer: TypeWriter;
  readonly aliases: string[] = [];

  constructor(service: Service, writer: TypeWriter) {
    this.#service = service;
    this.#writer = writer;
  }

  text(type: Type, method: string, part: string): string {
    const text = this.#writer.text(type);
    if (!hasArray(type)) return text;
    return this.#alias(text, method, part, "Behind a name: the macro takes no array in a method.");
  }

  /** The macro reads the text only: with a `Result`, a method declares an error. A `Result` as a value gets a name. */
  returns({ name, returns, throws }: Method): string {
    if (throws !== undefined) {
      const parts = [this.text(returns, name, "value"), this.text(throws, name, "error")];
      return `${this.#writer.own("Result")}<${parts.join(", ")}>`;
    }
    if (returns.kind !== "result") return this.text(returns, name, "value");
    const text = this.#writer.text(returns);
    return this.#alias(
      text,
      name,
      "value",
      "Behind a name: the macro takes a `Result` for a declared error.",
    );
  }

  #alias(text: string, method: string, part: string, why: string): string {
    const alias = [this.#service.name, method, part].map(pascalCase).join("");
    this.aliases.push(`/// ${why}`, `pub type ${alias} = ${text};`, "");
    return alias;
  }
}

/** Whether the text of a type has an array; the targets of aliases are not searched. */
function hasArray(type: Type): boolean {
  if (type.kind === "array") return true;
  return writtenTypes(type).some(hasArray);
}
