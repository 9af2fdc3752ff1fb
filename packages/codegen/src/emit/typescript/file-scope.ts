/** The shared state of one generated file: its names, its imports, and the codecs that are still to be written. */
import type { ModelFile, Service, TypeDeclaration } from "../../model/model.js";
import { lowerFirst } from "../../model/names.js";
import { Announcements, SchemaCache } from "../../schema/index.js";
import { Imports } from "./imports.js";
import { Measures } from "./measure.js";
import { type CodecNames, codecNames, FileNames, Scope, type ServiceNames, type TypeNames } from "./names.js";
import { partName } from "./part-names.js";
import { type NamedValue, type ValueType, ValueTypes } from "./value-type.js";

/** The shared state of all files of a run. */
export class ProgramScope {
  readonly types: ValueTypes = new ValueTypes();
  readonly measures: Measures = new Measures(this.types);
  readonly schemas: SchemaCache = new SchemaCache();
  readonly announcements: Announcements = new Announcements(this.schemas);
  /** Specifier of one file's output as another imports it. */
  readonly specifier: (from: ModelFile, to: ModelFile) => string;
  readonly #names = new Map<ModelFile, FileNames>();

  constructor(specifier: (from: ModelFile, to: ModelFile) => string) {
    this.specifier = specifier;
  }

  namesOf(file: ModelFile): FileNames {
    let names = this.#names.get(file);
    if (names === undefined) {
      names = new FileNames(file);
      this.#names.set(file, names);
    }
    return names;
  }
}

/** A function or shape that the file still has to write. */
export interface PendingFunctions {
  readonly type: ValueType;
  readonly names: CodecNames;
}

/** Functions of the runtime that return the memory that values of a shape take. */
export type MemoryFigure = "decodedBytes" | "elementBytes" | "extraBytes" | "presentBytes";

export class FileScope {
  readonly file: ModelFile;
  readonly program: ProgramScope;
  readonly names: FileNames;
  readonly imports: Imports;
  readonly #parts = new Map<ValueType, PendingFunctions>();
  readonly #items = new Map<ValueType, string>();
  /** Which half of a part is used: the other one is not written. */
  readonly #used = new Set<string>();

  /** @param outer the scope of the file, for a scope inside it */
  constructor(file: ModelFile, program: ProgramScope, outer?: FileScope) {
    this.file = file;
    this.program = program;
    // The names of the exports are fixed by now: later names are local to this file.
    const names = program.namesOf(file);
    this.names = outer === undefined ? names : { ...names, scope: new Scope(outer.names.scope) };
    this.imports = outer?.imports ?? new Imports(this.names.scope);
  }

  get types(): ValueTypes {
    return this.program.types;
  }

  get measures(): Measures {
    return this.program.measures;
  }

  /** Exports of a declared type of this file. */
  declared(declaration: TypeDeclaration): TypeNames {
    return known(this.names.types.get(declaration), declaration.name);
  }

  service(service: Service): ServiceNames {
    return known(this.names.services.get(service), service.name);
  }

  /** The name of a declared type, imported where it is another file's. */
  typeName(declaration: TypeDeclaration): string {
    const { file } = declaration;
    if (file === this.file) return declaration.name;
    return this.imports.use(this.program.specifier(this.file, file), declaration.name, true);
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

  /** The constant by which a channel's ends encode and decode their items. */
  item(element: ValueType): string {
    let name = this.#items.get(element);
    if (name === undefined) {
      name = this.names.scope.claim(`${lowerFirst(partName(element))}Item`);
      this.#items.set(element, name);
    }
    return name;
  }

  /** Item constants that were requested so far. */
  *items(): Iterable<readonly [element: ValueType, name: string]> {
    yield* this.#items;
  }

  /** Whether a half of a part is used. */
  isUsed(part: PendingFunctions, half: keyof CodecNames): boolean {
    return this.#used.has(part.names[half]);
  }

  /** Parts that were requested so far, in the order of asking. Writing one may request more. */
  *parts(): Iterable<PendingFunctions> {
    yield* this.#parts.values();
  }

  #nameOf(type: ValueType, half: keyof CodecNames): string {
    if (type.kind === "named" && type.declaration.parameters.length === 0) {
      const { declaration } = type;
      if (declaration.file === this.file) return this.declared(declaration)[half];
      const names = known(this.program.namesOf(declaration.file).types.get(declaration), declaration.name);
      return this.imports.use(this.program.specifier(this.file, declaration.file), names[half], false);
    }
    let part = this.#parts.get(type);
    if (part === undefined) {
      part = { type, names: codecNames(partName(type), this.names.scope) };
      this.#parts.set(type, part);
    }
    this.#used.add(part.names[half]);
    return part.names[half];
  }
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is not part of the generated code`);
  return value;
}
