/**
 * Writes and updates implementations of a generated handler interface. What exists is read with a TypeScript parser and
 * changed in place: bodies, comments, decorators and layout stay byte for byte.
 */
import { Node, SyntaxKind, type TypeNode } from "ts-morph";
import { nearestName } from "../diagnostics/suggest.js";
import { type ServiceNames, serviceNames } from "../emit/typescript/names.js";
import { baseName } from "../host/path.js";
import type { Model, Service } from "../model/model.js";
import { type ExpectedMethod, expectedMethods, needsOf, skeletonMethod } from "./expected-methods.js";
import { findTargets, type HandlerNames, type Target, type TargetNode } from "./find-targets.js";
import { insertMembers } from "./insert-members.js";
import { ScaffoldError } from "./scaffold-error.js";
import { membersOf, type TargetMember, type TargetMembers } from "./target-members.js";
import { TextEdits } from "./text-edits.js";
import { type Form, type FormContext, formOf } from "./type-form.js";
import { type SignatureContext, updateSignature } from "./update-signature.js";
import { parseUserFile, type UserFile } from "./user-file.js";
import { UserImports } from "./user-imports.js";
import { specifiersOf, type TypeText, UserScope } from "./user-scope.js";

export interface ImplementOptions {
  readonly model: Model;
  /** Service as the schema names it. */
  readonly serviceName: string;
  /** Content of the file; undefined when there is none yet. */
  readonly existing: string | undefined;
  /** Name or path of the file: for messages, and for its ending. */
  readonly filePath: string;
  /** Module specifier by which the file imports the service's generated file, like `./gen/catalog.vox.js`. */
  readonly generatedImport: string;
  /** Class to write, or to choose where several implement the handler. Default: the service's name with `Service`. */
  readonly className?: string | undefined;
}

/** A method that a person has to look at. */
export interface UnsureMethod {
  readonly name: string;
  readonly reason: string;
}

/** Lists name members of the handler interface. */
export interface Implementation {
  /** New content of the file. */
  readonly text: string;
  readonly added: readonly string[];
  /** Methods whose parameters or return type were changed. */
  readonly updated: readonly string[];
  /** Methods that look like handlers of calls and that the schema does not have any more; they were left in place. */
  readonly extra: readonly string[];
  /** Methods that could not be compared or may be inherited; they were left alone. */
  readonly unsure: readonly UnsureMethod[];
  /** `text` is what the file contains already. */
  readonly unchanged: boolean;
}

const byteOrderMark = "\ufeff";

/**
 * Makes the file implement the service's handler. In a file without a class or object, it adds a class. Otherwise it
 * adds the missing methods, and changes the signatures that the schema has changed. It imports the types that these
 * name. A second run on the result changes nothing.
 *
 * A method may leave trailing parameters out and choose its own names; a type of the application's own is trusted.
 *
 * @throws ScaffoldError when nothing can be written
 */
export function implementService(options: ImplementOptions): Implementation {
  const existing = options.existing ?? "";
  const hasMark = existing.startsWith(byteOrderMark);
  const content = hasMark ? existing.slice(1) : existing;
  const service = findService(options.model, options.serviceName);
  const work = new ScaffoldEdit(options, service, parseUserFile(options.filePath, content));
  const { text, ...lists } = work.run();
  const result = hasMark ? byteOrderMark + text : text;
  return { text: result, ...lists, unchanged: result === options.existing };
}

function findService(model: Model, name: string): Service {
  const services = model.files.flatMap((file) => file.services);
  const found = services.find((service) => service.name === name);
  if (found !== undefined) return found;
  const names = services.map((service) => service.name);
  const near = nearestName(name, names);
  throw new ScaffoldError(
    "UnknownService",
    `there is no service ${name}`,
    near === undefined
      ? names.length === 0
        ? "the schemas declare no service"
        : `the schemas declare ${names.join(", ")}`
      : `did you mean ${near}?`,
  );
}

class ScaffoldEdit {
  readonly #options: ImplementOptions;
  readonly #service: Service;
  readonly #user: UserFile;
  readonly #imports: UserImports;
  readonly #scope: UserScope;
  readonly #names: ServiceNames;
  /** Of the generated file of the service. */
  readonly #specifier: string;
  readonly #edits = new TextEdits();
  readonly #className: string;
  readonly #expectedForms = new Map<string, Form>();

  constructor(options: ImplementOptions, service: Service, user: UserFile) {
    this.#options = options;
    this.#service = service;
    this.#user = user;
    this.#imports = new UserImports(user);
    this.#className = options.className ?? defaultClassName(service.name);
    const { model, generatedImport } = options;
    const generated = [`${service.name}Handler`, `${service.name}Client`, service.name];
    const specifier = this.#imports.moduleOf(generated) ?? generatedImport;
    const files = specifiersOf(model.files, service, specifier);
    this.#scope = new UserScope(service, user, this.#imports, files, this.#className);
    this.#specifier = files.get(service.file) ?? generatedImport;
    this.#names = serviceNames(service);
  }

  run(): Omit<Implementation, "unchanged"> {
    const methods = expectedMethods(this.#service, this.#names, this.#scope);
    const target = this.#chooseTarget();
    const lists =
      target === undefined
        ? { added: methods.map(({ member }) => member), updated: [], extra: [], unsure: [] }
        : this.#complete(target.node, methods);
    const added = target === undefined ? this.#classText(methods) : "";
    this.#imports.complete(this.#edits);
    const text = this.#edits.apply(this.#user.text);
    return { text: added === "" ? text : text + gapAfter(text, this.#user.style) + added, ...lists };
  }

  #chooseTarget(): Target | undefined {
    const targets = findTargets(this.#user.source, this.#handlerNames());
    const { className } = this.#options;
    const named = targets.filter(({ name }) => name === this.#className);
    const chosen = className === undefined ? targets : named;
    if (chosen.length > 1 && named.length !== 1) throw this.#ambiguous(chosen);
    const [target] = chosen.length > 1 ? named : chosen;
    if (target === undefined && this.#scope.declaredNames.has(this.#className)) throw this.#nameTaken();
    return target;
  }

  #ambiguous(targets: readonly Target[]): ScaffoldError {
    const places = targets.map(({ node, name }) => {
      const { line } = this.#user.source.getLineAndColumnAtPos(node.getStart());
      return `${name ?? "one without a name"} (line ${line})`;
    });
    return new ScaffoldError(
      "Ambiguous",
      `${baseName(this.#options.filePath)} implements ${this.#names.handler} more than once: ${places.join(", ")}`,
      "say which one by its class or variable name",
    );
  }

  #nameTaken(): ScaffoldError {
    const { handler } = this.#names;
    return new ScaffoldError(
      "NameTaken",
      `${baseName(this.#options.filePath)} uses the name ${this.#className} for something that is no ${handler}`,
      `add \`implements ${handler}\` to the class if it is meant, or choose another class name`,
    );
  }

  #handlerNames(): HandlerNames {
    const localsOf = (name: string): ReadonlySet<string> => {
      const names = new Set<string>();
      const local = this.#imports.localOf(this.#specifier, name);
      if (local !== undefined) names.add(local);
      else if (!this.#scope.declaredNames.has(name)) names.add(name);
      return names;
    };
    return { handlers: localsOf(this.#names.handler), dispatchers: localsOf(this.#names.dispatcher) };
  }

  /** A class for the end of the file. */
  #classText(methods: readonly ExpectedMethod[]): string {
    const { style } = this.#user;
    const handler = this.#use(this.#scope.handler(this.#names));
    const body = methods.map((method) => this.#skeleton(method, style.indent)).join("\n\n");
    const lines = [
      `/** Answers the calls of ${this.#service.name}. */`,
      `export class ${this.#className} implements ${handler} {`,
      ...(body === "" ? [] : [body]),
      "}\n",
    ];
    return lines.join("\n").replaceAll("\n", style.newline);
  }

  #complete(
    node: TargetNode,
    methods: readonly ExpectedMethod[],
  ): Omit<Implementation, "unchanged" | "text"> {
    const members = membersOf(node);
    const missing = methods.filter(({ member }) => !members.byName.has(member));
    const unsure: UnsureMethod[] = [];
    const added = members.unseen === undefined ? missing : [];
    if (members.unseen !== undefined) {
      const reason = `${members.unseen} may have it`;
      unsure.push(...missing.map(({ member }) => ({ name: member, reason })));
    }
    if (added.length > 0) {
      const write = (indentation: string): readonly string[] =>
        added.map((method) => this.#skeleton(method, indentation));
      insertMembers(node, write, this.#user, this.#edits);
    }
    this.#restoreHandlerImport();
    const context = this.#signatureContext();
    const updated: string[] = [];
    for (const method of methods) {
      const member = members.byName.get(method.member);
      if (member === undefined || member.isInherited) continue;
      if (member.isOverloaded) unsure.push({ name: method.member, reason: "it has overloads" });
      else if (member.signatures.map((one) => updateSignature(one, method, context)).some(Boolean)) {
        updated.push(method.member);
      }
    }
    return {
      added: added.map(({ member }) => member),
      updated,
      extra: this.#extra(node, members, methods),
      unsure,
    };
  }

  /** Adds the import of the handler, where the file names the handler but neither imports nor declares it. */
  #restoreHandlerImport(): void {
    const { handler } = this.#names;
    const isNamed = this.#user.source
      .getDescendantsOfKind(SyntaxKind.Identifier)
      .some((identifier) => identifier.getText() === handler);
    if (isNamed && !this.#scope.declaredNames.has(handler)) this.#use(this.#scope.handler(this.#names));
  }

  /** Every other function of an object; of a class, which has methods of its own, those that take a call's context. */
  #extra(node: TargetNode, { byName }: TargetMembers, methods: readonly ExpectedMethod[]): readonly string[] {
    const isHandler = ({ signatures }: TargetMember): boolean =>
      Node.isObjectLiteralExpression(node)
        ? signatures.length > 0
        : signatures.some(({ parameters }) =>
            parameters.some((parameter) => {
              const type = parameter.getTypeNode();
              return type !== undefined && this.#formOf(type).members.has("runtime CallContext");
            }),
          );
    return [...byName.values()]
      .filter((member) => !member.isInherited && methods.every((method) => method.member !== member.name))
      .filter(isHandler)
      .map(({ name }) => name);
  }

  #skeleton(method: ExpectedMethod, indentation: string): string {
    for (const need of needsOf(method)) this.#imports.need(need);
    return skeletonMethod(method, indentation, this.#user.style, this.#scope.platform("Promise"));
  }

  #use({ text, needs }: TypeText): string {
    for (const need of needs) this.#imports.need(need);
    return text;
  }

  #signatureContext(): SignatureContext {
    return {
      edits: this.#edits,
      style: this.#user.style,
      formOf: (type) => this.#formOf(type),
      expectedForm: (text) => this.#expectedForm(text),
      use: (text) => this.#use(text),
      promised: (type) => this.#promised(type),
      promise: this.#scope.platform("Promise"),
    };
  }

  #formOf(type: TypeNode): Form {
    return formOf(
      type,
      this.#formContext((local) => this.#scope.originOf(local)),
    );
  }

  #expectedForm({ text }: TypeText): Form {
    let form = this.#expectedForms.get(text);
    if (form === undefined) {
      const source = this.#user.source
        .getProject()
        .createSourceFile(`/expected-${this.#expectedForms.size}.ts`, `type Expected = ${text};`, {
          overwrite: true,
        });
      const type = source.getTypeAliasOrThrow("Expected").getTypeNodeOrThrow();
      form = formOf(
        type,
        this.#formContext((local) => this.#scope.plannedOrigin(local)),
      );
      this.#expectedForms.set(text, form);
    }
    return form;
  }

  #formContext(originOf: FormContext["originOf"]): FormContext {
    return {
      originOf,
      aliasForm: ({ declaration }) =>
        declaration.kind === "alias" && declaration.parameters.length === 0
          ? this.#expectedForm(this.#scope.type(declaration.type))
          : undefined,
    };
  }

  #promised(type: TypeNode): TypeNode | undefined {
    if (!Node.isTypeReference(type)) return undefined;
    const name = type.getTypeName().getText();
    const origin = this.#scope.originOf(name);
    const isPromise = /^(globalThis\.)?Promise(Like)?$/.test(name) && !this.#scope.declaredNames.has(name);
    const isAwaitable = origin?.kind === "runtime" && origin.name === "Awaitable";
    const args = type.getTypeArguments();
    return (isPromise || isAwaitable) && args.length === 1 ? args[0] : undefined;
  }
}

/** Line breaks between the code before a class and the class: they make one blank line. */
function gapAfter(text: string, { newline }: UserFile["style"]): string {
  if (text.trim() === "") return "";
  return text.endsWith("\n") ? newline : newline + newline;
}

/** `Catalog` ⇒ `CatalogService`; a name that already ends in `Service` gets another ending. */
function defaultClassName(service: string): string {
  return service.endsWith("Service") ? `${service}Implementation` : `${service}Service`;
}
