/** Parts that methods share: descriptions of arguments and responses, codecs of arguments. Each is written once. */
import type { Method, Service } from "../../model/model.js";
import { camelCase, lowerFirst, upperFirst } from "../../model/names.js";
import { methodSchemas, type TypeSchemas } from "../../schema/index.js";
import { group, joined, type Layout, object } from "../layout.js";
import type { FileScope } from "./file-scope.js";
import { readerFunction, writerFunction } from "./functions.js";
import { partName } from "./part-names.js";
import { type SchemaConstants, typeRefText } from "./plan.js";
import { readText } from "./read.js";
import { shapeText, tupleShapeText } from "./shape.js";
import { argumentTypes, signatureOf } from "./signature.js";
import { writeStep, writeSteps } from "./write.js";

/** Names of what is said about the arguments of a method. */
export interface ArgsNames {
  readonly plan: string;
  readonly write: string;
  readonly read: string;
}

/** Longest start of a name: a method may have many parameters. */
const maxNameLength = 44;

export class MethodParts {
  readonly #file: FileScope;
  readonly #schemas: SchemaConstants;
  readonly #numbers = new Map<object, number>();
  readonly #args = new Map<string, ArgsNames>();
  readonly #responses = new Map<string, string>();
  #fresh: (readonly Layout[])[] = [];

  constructor(file: FileScope, schemas: SchemaConstants) {
    this.#file = file;
    this.#schemas = schemas;
  }

  /** Sections of the parts that were first requested since the last call. */
  takeSections(): readonly (readonly Layout[])[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  args(service: Service, method: Method): ArgsNames {
    const file = this.#file;
    const { args } = methodSchemas(service, method, file.program.schemas);
    const types = argumentTypes(method, file);
    const words = method.args.map((argument) => argument.name);
    const key = [args, ...types].map((part) => this.#number(part)).join() + words.join();
    let names = this.#args.get(key);
    if (names === undefined) {
      const base = upperFirst(words.map((word) => upperFirst(camelCase(word))).join("") || "No");
      const title = `${base.slice(0, maxNameLength)}Args`;
      const { scope } = file.names;
      names = {
        plan: scope.claim(lowerFirst(title)),
        write: scope.claim(`write${title}`),
        read: scope.claim(`read${title}`),
      };
      this.#args.set(key, names);
      const shape = joined("shape: ", tupleShapeText(types, file, true, words));
      this.#fresh.push(this.#constant(`const ${names.plan}: $.ArgsPlan = `, args, [shape]));
      this.#fresh.push(...this.#argumentCodec(method, names));
    }
    return names;
  }

  response(service: Service, method: Method): string {
    const file = this.#file;
    const { response } = methodSchemas(service, method, file.program.schemas);
    const ok = file.types.of(method.returns);
    const error = method.throws === undefined ? undefined : file.types.of(method.throws);
    const parts = error === undefined ? [ok] : [ok, error];
    const key = [response, ...parts].map((part) => this.#number(part)).join();
    let name = this.#responses.get(key);
    if (name === undefined) {
      name = file.names.scope.claim(`${lowerFirst(parts.map(partName).join("Or"))}Response`);
      this.#responses.set(key, name);
      const shapes = [joined("ok: ", shapeText(ok, file, true))];
      if (error !== undefined) shapes.push(joined("error: ", shapeText(error, file, true)));
      this.#fresh.push(this.#constant(`const ${name}: $.ResponsePlan = `, response, shapes));
    }
    return name;
  }

  #constant(head: string, { root, schemas }: TypeSchemas, shapes: readonly Layout[]): readonly Layout[] {
    const list = group(
      "[",
      schemas.map((schema) => this.#schemas.use(schema)),
      "]",
    );
    const entries = [joined("root: ", typeRefText(root)), joined("schemas: ", list), ...shapes];
    return [joined(head, object(entries), ";")];
  }

  /** Writer and reader of the arguments. */
  #argumentCodec(method: Method, names: ArgsNames): readonly (readonly Layout[])[] {
    const file = this.#file;
    const types = argumentTypes(method, file);
    const { argsType } = signatureOf(method, file);
    const steps = types.map((type, at) => writeStep(type, `v[${at}]`, file));
    const guard = types.length === 0 ? [] : [`$.expectArrayOf(v, ${types.length});`];
    const write = [...guard, ...writeSteps(steps, { returns: true })];
    const tuple = group(
      "[",
      types.map((type) => readText(type, file)),
      "]",
    );
    return [
      [writerFunction("function", names.write, argsType, write)],
      [readerFunction("function", names.read, argsType, [joined("return ", tuple, ";")])],
    ];
  }

  /** Types and schemas are the same object where they are equal. */
  #number(part: object): number {
    let number = this.#numbers.get(part);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(part, number);
    }
    return number;
  }
}
