/** The view that printers have of one generated file: the names that its plan has given. */
import type { ModelFile, Service, TypeDeclaration } from "../../model/model.js";
import type { EncodedSchema } from "../../schema/index.js";
import type { FilePlan, GenericPlan, MemoryFigure, PlannedParts } from "./file-plan.js";
import { memoryKey } from "./file-plan.js";
import type { Measures } from "./measure.js";
import type { CodecNames, ServiceNames, TypeNames } from "./names.js";
import type { ProgramScope } from "./program-scope.js";
import type { TypeScope } from "./types.js";
import { hasParameter, type NamedValue, type ValueType, type ValueTypes } from "./value-type.js";

export class FileScope implements TypeScope {
  readonly file: ModelFile;
  readonly program: ProgramScope;
  readonly plan: FilePlan;
  readonly #locals: ReadonlyMap<string, string>;

  constructor(file: ModelFile, program: ProgramScope, plan: FilePlan) {
    this.file = file;
    this.program = program;
    this.plan = plan;
    this.#locals = new Map(plan.imports.map(({ specifier, name, local }) => [`${specifier} ${name}`, local]));
  }

  get types(): ValueTypes {
    return this.program.types;
  }

  get measures(): Measures {
    return this.program.measures;
  }

  /** Functions and shapes of composites. */
  get parts(): PlannedParts {
    return this.plan.parts;
  }

  /** Whether a name has a meaning here. */
  isTaken(name: string): boolean {
    return this.plan.isTaken(name);
  }

  /** Exports of a declared type of this file. */
  declared(declaration: TypeDeclaration): TypeNames {
    return this.program.typeNames(declaration);
  }

  service(service: Service): ServiceNames {
    return planned(this.program.namesOf(this.file).services.get(service), service.name);
  }

  /** The name of a declared type, as this file imports it where it is another file's. */
  typeName(declaration: TypeDeclaration): string {
    return declaration.file === this.file ? declaration.name : this.#imported(declaration, declaration.name);
  }

  /** A type of the platform, qualified where the schema has a name like it. */
  platform(name: string): string {
    const { types, services } = this.file;
    const isShadowed =
      services.some((service) => service.name === name) ||
      types.some((type) => type.name === name || type.parameters.includes(name));
    return isShadowed ? `globalThis.${name}` : name;
  }

  /** Writer of a struct, enum or other composite. */
  writer(type: ValueType): string {
    return this.#nameOf(type, "write");
  }

  /** Reader of a struct, enum or other composite. */
  reader(type: ValueType): string {
    return this.#nameOf(type, "read");
  }

  /** Shape of a struct or enum. */
  shape(type: NamedValue): string {
    return this.#nameOf(type, "shape");
  }

  /** The constant by which a channel's ends encode and decode their items. */
  item(element: ValueType): string {
    return planned(this.plan.items.get(element), element.key);
  }

  /** The constant that holds a schema. */
  schema(schema: EncodedSchema): string {
    const { kind } = schema.schema;
    if (kind.tag === "primitive") return `/*@__PURE__*/ $.primitiveSchema("${kind.primitiveType}")`;
    return planned(this.plan.schemas.get(schema), schema.label);
  }

  /** The codec of a type argument, inside the codec of a generic type. */
  parameter(name: string): string {
    throw new Error(`${name} is no parameter here`);
  }

  /** The codec of an option of a type argument, inside the codec of a generic type. */
  optionOf(name: string): string {
    throw new Error(`${name} is no parameter here`);
  }

  /** The constant that holds the smallest encoding of a type with parameters in it. */
  leastBytes(type: ValueType): string {
    throw new Error(`${type.key} has no parameters here`);
  }

  /** The constant that holds what values of a type with parameters in it take in memory. */
  memory(_what: MemoryFigure, type: ValueType, _index?: number): string {
    throw new Error(`${type.key} has no parameters here`);
  }

  #nameOf(type: ValueType, half: keyof CodecNames): string {
    if (type.kind === "named" && type.declaration.parameters.length === 0) {
      const { declaration } = type;
      const name = this.declared(declaration)[half];
      return declaration.file === this.file ? name : this.#imported(declaration, name);
    }
    const part = this.parts.get(type);
    return planned(part?.halves.has(half) === true ? part.names[half] : undefined, `${half} of ${type.key}`);
  }

  #imported({ file }: TypeDeclaration, name: string): string {
    return planned(this.#locals.get(`${this.program.specifier(this.file, file)} ${name}`), name);
  }
}

/** The scope of the codec of one generic type. Functions that do not know its arguments belong to the file. */
export class GenericScope extends FileScope {
  readonly #outer: FileScope;
  readonly #own: GenericPlan;

  constructor(outer: FileScope, own: GenericPlan) {
    super(outer.file, outer.program, outer.plan);
    this.#outer = outer;
    this.#own = own;
  }

  override get parts(): PlannedParts {
    return this.#own.parts;
  }

  override isTaken(name: string): boolean {
    return this.#own.isTaken(name);
  }

  override parameter(name: string): string {
    return planned(this.#own.parameters.get(name), name);
  }

  override optionOf(name: string): string {
    return planned(this.#own.options.get(name), `option of ${name}`);
  }

  override leastBytes(type: ValueType): string {
    return planned(this.#own.sizes.get(type), `size of ${type.key}`);
  }

  override memory(what: MemoryFigure, type: ValueType, index?: number): string {
    return planned(this.#own.memory.get(memoryKey(what, type, index))?.name, `${what} of ${type.key}`);
  }

  override writer(type: ValueType): string {
    return hasParameter(type) ? super.writer(type) : this.#outer.writer(type);
  }

  override reader(type: ValueType): string {
    return hasParameter(type) ? super.reader(type) : this.#outer.reader(type);
  }

  override shape(type: NamedValue): string {
    return hasParameter(type) ? super.shape(type) : this.#outer.shape(type);
  }
}

/** A name of the plan. Without it, the plan and the printers disagree. */
function planned<T>(name: T | undefined, what: string): T {
  if (name === undefined) throw new Error(`${what} is not part of the plan of the generated file`);
  return name;
}
