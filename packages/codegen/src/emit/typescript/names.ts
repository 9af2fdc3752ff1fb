/** Names of generated code. Each file has one scope; what is exported takes its names first, in a fixed order. */
import type { Method, ModelFile, Service, StructDeclaration, TypeDeclaration } from "../../model/model.js";
import { camelCase } from "../../model/names.js";

/** Words that cannot name a variable or parameter of a module. */
const reservedWords: ReadonlySet<string> = new Set([
  "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do",
  "else", "enum", "eval", "export", "extends", "false", "finally", "for", "function", "if", "implements", "import",
  "in", "instanceof", "interface", "let", "new", "null", "package", "private", "protected", "public", "return",
  "static", "super", "switch", "this", "throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with",
  "yield", "Array", "Map", "Set", "globalThis",
]); // biome-ignore format: a table

/** A name as a variable: with `_` after it where it means something already. */
export function variableName(name: string, isTaken: (name: string) => boolean = () => false): string {
  let free = name;
  while (reservedWords.has(free) || isTaken(free)) free += "_";
  return free;
}

/** Types and values of the platform that generated code uses. */
const platformNames: readonly string[] = [
  "Array", "BigInt64Array", "BigUint64Array", "Float32Array", "Float64Array", "Int16Array", "Int32Array", "Int8Array",
  "Map", "Promise", "Record", "Set", "Uint16Array", "Uint32Array", "Uint8Array",
]; // biome-ignore format: a table

/** Names that stand in one file already. */
export class Scope {
  readonly #taken = new Set<string>();

  /** The name, with as many `_` as make it new. */
  claim(name: string): string {
    let free = name;
    while (this.#taken.has(free)) free += "_";
    this.#taken.add(free);
    return free;
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }
}

/** What codecs call a struct or enum by. */
export interface CodecNames {
  readonly shape: string;
  readonly write: string;
  readonly read: string;
}

/** Exports of a declared type. */
export interface TypeNames extends CodecNames {
  readonly type: string;
  readonly codec: string;
}

/** Constants and functions of a method. */
export interface MethodNames {
  /** Member of client and handler. */
  readonly member: string;
  /** The exported constant. */
  readonly constant: string;
  readonly id: string;
  readonly argsRoot: string;
  readonly argsSchemas: string;
  readonly argsShape: string;
  readonly response: string;
  readonly writeArgs: string;
  readonly readArgs: string;
}

/** Exports of a service. */
export interface ServiceNames {
  readonly service: string;
  readonly client: string;
  readonly tryClient: string;
  readonly handler: string;
  readonly dispatcher: string;
  readonly methods: ReadonlyMap<Method, MethodNames>;
}

/** Names of everything that a file exports, the same seen from every other file. */
export class FileNames {
  readonly scope: Scope = new Scope();
  readonly types: ReadonlyMap<TypeDeclaration, TypeNames>;
  readonly services: ReadonlyMap<Service, ServiceNames>;

  constructor(file: ModelFile) {
    const { scope } = this;
    const { types } = file;
    // The names of the schema first: nothing derived may push them aside.
    for (const { name } of types) scope.claim(name);
    for (const { name } of file.services) scope.claim(name);
    const surfaces = file.services.map((service) => ({
      service,
      client: scope.claim(`${service.name}Client`),
      tryClient: scope.claim(`${service.name}TryClient`),
      handler: scope.claim(`${service.name}Handler`),
    }));
    const codecs = types.map(({ name }) => scope.claim(`${name}Codec`));
    this.services = new Map(
      surfaces.map(({ service, ...surface }) => {
        const base = camelCase(service.name);
        const dispatcher = scope.claim(`${base}Dispatcher`);
        const constants = service.methods.map((method) => {
          const member = camelCase(method.name);
          return { method, member, constant: scope.claim(`${base}${upperFirst(member)}`) };
        });
        const methods = new Map(
          constants.map(({ method, ...names }) => [
            method,
            { ...names, ...methodNames(names.constant, scope) },
          ]),
        );
        return [service, { service: service.name, ...surface, dispatcher, methods }];
      }),
    );
    // Nothing made up or imported may hide the platform; what the schema itself declares is qualified around.
    for (const name of platformNames) if (!scope.has(name)) scope.claim(name);
    this.types = new Map(
      types.map((declaration, at) => [
        declaration,
        { type: declaration.name, codec: codecs[at] ?? "", ...codecNames(declaration.name, scope) },
      ]),
    );
  }
}

function methodNames(constant: string, scope: Scope): Omit<MethodNames, "member" | "constant"> {
  const title = upperFirst(constant);
  return {
    id: scope.claim(`${constant}Id`),
    argsRoot: scope.claim(`${constant}ArgsRoot`),
    argsSchemas: scope.claim(`${constant}ArgsSchemas`),
    argsShape: scope.claim(`${constant}ArgsShape`),
    response: scope.claim(`${constant}Response`),
    writeArgs: scope.claim(`write${title}Args`),
    readArgs: scope.claim(`read${title}Args`),
  };
}

/** Names of the shape, writer and reader of a type. @param name PascalCase */
export function codecNames(name: string, scope: Scope): CodecNames {
  return {
    shape: scope.claim(`${lowerFirst(name)}Shape`),
    write: scope.claim(`write${name}`),
    read: scope.claim(`read${name}`),
  };
}

export function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export function lowerFirst(text: string): string {
  return camelCase(text.slice(0, 1)) + text.slice(1);
}

/** A member of a struct as text of an object type or literal: every name of the language is an identifier. */
export function memberName(name: string): string {
  return camelCase(name);
}

/** The name of a declaration with its parameters, unused ones marked. */
export function declarationHead(
  { name, parameters }: Pick<StructDeclaration, "name" | "parameters">,
  isUsed: (parameter: string) => boolean,
): string {
  if (parameters.length === 0) return name;
  const marked = parameters.map((parameter) => (isUsed(parameter) ? parameter : `_${parameter}`));
  return `${name}<${marked.join(", ")}>`;
}
