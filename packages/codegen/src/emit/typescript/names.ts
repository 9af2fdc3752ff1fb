/** Names of generated code. Each file has one scope; exports take their names first, in a fixed order. */
import { exportNames } from "../../model/export-names.js";
import type { Method, ModelFile, Service, StructDeclaration, TypeDeclaration } from "../../model/model.js";
import { absentableName, lowerFirst } from "../../model/names.js";
import { isReservedVariable } from "../../model/reserved-words.js";
import { isLiteralEnum } from "./value-type.js";

/** A name as a variable: with `_` after it where the name is taken. */
export function variableName(name: string, isTaken: (name: string) => boolean = () => false): string {
  let free = name;
  while (isReservedVariable(free) || isTaken(free)) free += "_";
  return free;
}

/** Types and values of the platform that generated code uses. */
const platformNames: readonly string[] = [
  "Array", "BigInt64Array", "BigUint64Array", "Float32Array", "Float64Array", "Int16Array", "Int32Array", "Int8Array",
  "Map", "Promise", "Record", "Set", "Uint16Array", "Uint32Array", "Uint8Array",
]; // biome-ignore format: a table

/** Names that one file, or one function of it, already uses. */
export class Scope {
  readonly #taken = new Set<string>();
  readonly #outer: Scope | undefined;
  /** Names of inner functions: they may hide each other, and no outer declaration may take one. */
  readonly #inside = new Set<string>();

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  /** The name, with as many `_` as make it new. */
  claim(name: string): string {
    let free = name;
    while (this.has(free) || this.#inside.has(free)) free += "_";
    this.#taken.add(free);
    for (let scope = this.#outer; scope !== undefined; scope = scope.#outer) scope.#inside.add(free);
    return free;
  }

  has(name: string): boolean {
    return this.#taken.has(name) || this.#outer?.has(name) === true;
  }
}

/** The names that codecs have for a struct or enum. */
export interface CodecNames {
  readonly shape: string;
  readonly write: string;
  readonly read: string;
}

/** Exports of a declared type. */
export interface TypeNames extends CodecNames {
  readonly type: string;
  /** The list of the variants of an enum of literals. */
  readonly names: string | undefined;
  /** Not there for a type without a codec of its own. */
  readonly codec: string | undefined;
}

/** Constants and functions of a method. */
export interface MethodNames {
  /** Member of client and handler. */
  readonly member: string;
  /** The exported constant. */
  readonly constant: string;
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

/** Names of all exports of a file. They are the same for every other file. */
export class FileNames {
  readonly scope: Scope = new Scope();
  readonly types: ReadonlyMap<TypeDeclaration, TypeNames>;
  readonly services: ReadonlyMap<Service, ServiceNames>;

  constructor(file: ModelFile) {
    const { scope } = this;
    const { types } = file;
    // The names of the schema come first: no derived name may replace them.
    for (const { name } of types) scope.claim(name);
    for (const { name } of file.services) scope.claim(name);
    const names = exportNames(file);
    for (const name of names.codecs.values()) scope.claim(name);
    for (const { methods, ...surface } of names.services.values())
      for (const name of [...Object.values(surface), ...methods.values()]) scope.claim(name);
    this.services = new Map(
      [...names.services].map(([service, { methods: constants, ...surface }]) => {
        const methods = [...constants].map(([method, constant]) => {
          const member = absentableName(method.name);
          return [method, { member, constant }] as const;
        });
        return [service, { service: service.name, ...surface, methods: new Map(methods) }];
      }),
    );
    // No local or imported name may hide the platform. Where the schema hides a name, the emitter writes `globalThis.`.
    for (const name of platformNames) if (!scope.has(name)) scope.claim(name);
    this.types = new Map(
      types.map((declaration) => [
        declaration,
        {
          type: declaration.name,
          codec: names.codecs.get(declaration),
          ...codecNames(declaration.name, scope),
          names: hasLiteralNames(declaration)
            ? scope.claim(`${lowerFirst(declaration.name)}Names`)
            : undefined,
        },
      ]),
    );
  }
}

/** The exports of a service. */
export function serviceNames(service: Service): ServiceNames {
  const names = new FileNames(service.file).services.get(service);
  if (names === undefined) throw new Error(`${service.name} is not part of its file`);
  return names;
}

/** Whether the variants of a type have a list of their own. */
function hasLiteralNames(declaration: TypeDeclaration): boolean {
  return declaration.kind === "enum" && declaration.parameters.length === 0 && isLiteralEnum(declaration);
}

/** Names of the shape, writer and reader of a type. @param name PascalCase */
export function codecNames(name: string, scope: Scope): CodecNames {
  return {
    shape: scope.claim(`${lowerFirst(name)}Shape`),
    write: scope.claim(`write${name}`),
    read: scope.claim(`read${name}`),
  };
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

/** A method of an interface: `new(…)` alone would be its constructor. */
export function signatureName(member: string): string {
  return member === "new" ? '"new"' : member;
}
