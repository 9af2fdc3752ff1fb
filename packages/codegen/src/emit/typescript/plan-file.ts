/** Finds out what a generated file needs, before anything of it is printed. */
import type { Method, ModelFile, Service, TypeDeclaration } from "../../model/model.js";
import { camelCase, lowerFirst } from "../../model/names.js";
import { serviceTypes } from "../../model/parts.js";
import { type EncodedSchema, memberTypes } from "../../schema/index.js";
import {
  type FilePlan,
  type GenericPlan,
  type MemoryFigure,
  memoryKey,
  type PlannedImport,
  type PlannedMemory,
  type PlannedPart,
} from "./file-plan.js";
import { type CodecNames, codecNames, Scope, variableName } from "./names.js";
import { partName } from "./part-names.js";
import type { ProgramScope } from "./program-scope.js";
import {
  inArgument,
  inRead,
  inReader,
  inShape,
  inShapeConstant,
  inWrite,
  inWriter,
  namedIn,
  type References,
} from "./references.js";
import { asType } from "./types.js";
import { hasParameter, type NamedValue, type ValueType, type ValueTypes } from "./value-type.js";

/** The needs of a file, in the order of its sections. */
export function planFile(file: ModelFile, program: ProgramScope): FilePlan {
  const planner = new FilePlanner(file, program);
  const { types: declarations, services } = file;
  for (const declaration of declarations) planner.names(memberTypes(declaration));
  for (const service of services) planner.names(serviceTypes(service));
  for (const declaration of declarations) planner.codec(declaration);
  for (const declaration of declarations) planner.codecConstant(declaration);
  for (const service of services)
    for (const method of service.methods) planner.methodConstant(service, method);
  for (const service of services) for (const method of service.methods) planner.answer(method);
  return planner.plan();
}

type Half = keyof CodecNames;

const partHalves: readonly Half[] = ["shape", "write", "read"];

interface Part extends PlannedPart {
  readonly halves: Set<Half>;
  /** Halves whose own references are known. */
  readonly done: Set<Half>;
}

/** Collects the parts of a scope: of a file, or of the codec of a generic type inside it. */
abstract class Planner implements References {
  readonly scope: Scope;
  readonly parts = new Map<ValueType, Part>();
  protected readonly types: ValueTypes;

  constructor(types: ValueTypes, scope: Scope) {
    this.types = types;
    this.scope = scope;
  }

  abstract item(element: ValueType): void;
  abstract value(type: ValueType): void;
  abstract option(parameter: string): void;
  abstract least(type: ValueType): void;
  abstract memory(what: MemoryFigure, type: ValueType, index?: number): void;
  protected abstract use(type: ValueType, half: Half): void;

  writer(type: ValueType): void {
    this.use(type, "write");
  }

  reader(type: ValueType): void {
    this.use(type, "read");
  }

  shape(type: NamedValue): void {
    this.use(type, "shape");
  }

  /** The parts that parts refer to, until there is no new one. */
  protected complete(): boolean {
    let isNew = false;
    // A map goes on to what is added on the way.
    for (let hasMore = true; hasMore; ) {
      hasMore = false;
      for (const part of this.parts.values()) {
        for (const half of partHalves) {
          if (!part.halves.has(half) || part.done.has(half)) continue;
          part.done.add(half);
          this.body(part.type, half);
          hasMore = true;
        }
      }
      isNew ||= hasMore;
    }
    return isNew;
  }

  protected body(type: ValueType, half: Half): void {
    this.value(type);
    if (half === "write") inWriter(type, this.types, this);
    else if (half === "read") inReader(type, this.types, this);
    else if (type.kind === "named") inShapeConstant(type, this.types, this);
  }

  /** Shape, writer and reader of a value in place, as a codec has them. */
  protected whole(type: ValueType): void {
    inShape(type, this.types, this);
    inWrite(type, this);
    inRead(type, this);
  }

  protected part(type: ValueType, half: Half): void {
    let part = this.parts.get(type);
    if (part === undefined) {
      const names = codecNames(partName(type), this.scope);
      part = { type, names, halves: new Set(), done: new Set() };
      this.parts.set(type, part);
    }
    part.halves.add(half);
  }
}

class FilePlanner extends Planner {
  readonly #file: ModelFile;
  readonly #program: ProgramScope;
  readonly #imports = new Map<string, { -readonly [Key in keyof PlannedImport]: PlannedImport[Key] }>();
  readonly #items = new Map<ValueType, { readonly name: string; isDone: boolean }>();
  readonly #schemas = new Map<EncodedSchema, string>();
  readonly #generics = new Map<TypeDeclaration, GenericPlan>();

  constructor(file: ModelFile, program: ProgramScope) {
    super(program.types, program.namesOf(file).scope);
    this.#file = file;
    this.#program = program;
  }

  plan(): FilePlan {
    while (this.complete() || this.#completeItems());
    return {
      imports: [...this.#imports.values()],
      parts: this.parts,
      items: new Map([...this.#items].map(([element, { name }]) => [element, name])),
      schemas: this.#schemas,
      generics: this.#generics,
      isTaken: (name) => this.scope.has(name),
    };
  }

  /** The text of types of the schema. */
  names(types: readonly Parameters<typeof namedIn>[0][]): void {
    for (const type of types) namedIn(type, (declaration) => this.#name(declaration));
  }

  /** Shape, writer and reader of a declaration. */
  codec(declaration: TypeDeclaration): void {
    if (declaration.kind === "alias" || declaration.parameters.length > 0) return;
    const type = this.types.named(declaration, []);
    for (const half of partHalves) this.body(type, half);
  }

  codecConstant(declaration: TypeDeclaration): void {
    const { codec } = this.#program.typeNames(declaration);
    if (codec === undefined) return;
    if (declaration.parameters.length > 0) this.#generics.set(declaration, this.#generic(declaration));
    else if (declaration.kind === "alias") this.whole(this.types.of(declaration.type));
  }

  methodConstant(service: Service, method: Method): void {
    const { argsAnnouncing, responseAnnouncing } = this.#program.announcements.method(service, method);
    for (const announcing of [argsAnnouncing, responseAnnouncing]) {
      if (announcing.kind === "explicit") for (const one of announcing.schemas.schemas) this.#schema(one);
      else
        for (const [type] of announcing.ids)
          if (typeof type !== "string") this.shape(this.types.named(type as NamedValue["declaration"], []));
    }
    const args = method.args.map((argument) => this.types.of(argument.type));
    for (const type of args) inShape(type, this.types, this);
    for (const type of args) inArgument(type, this);
    for (const returned of [method.returns, method.throws]) {
      if (returned === undefined) continue;
      const type = this.types.of(returned);
      inShape(type, this.types, this);
      inRead(type, this);
    }
  }

  /** What a dispatcher needs for a method. */
  answer(method: Method): void {
    for (const argument of method.args) inRead(this.types.of(argument.type), this);
    inWrite(this.types.of(method.returns), this);
    if (method.throws !== undefined) inWrite(this.types.of(method.throws), this);
  }

  override item(element: ValueType): void {
    if (this.#items.has(element)) return;
    const name = this.scope.claim(`${lowerFirst(partName(element))}Item`);
    this.#items.set(element, { name, isDone: false });
  }

  override value(type: ValueType): void {
    this.names([asType(type)]);
  }

  override option(parameter: string): void {
    throw new Error(`${parameter} is no parameter here`);
  }

  override least(type: ValueType): void {
    throw new Error(`${type.key} has no parameters here`);
  }

  override memory(_what: MemoryFigure, type: ValueType): void {
    throw new Error(`${type.key} has no parameters here`);
  }

  protected override use(type: ValueType, half: Half): void {
    if (type.kind !== "named" || type.declaration.parameters.length > 0) {
      this.part(type, half);
      return;
    }
    const { declaration } = type;
    if (declaration.file !== this.#file)
      this.#import(declaration, this.#program.typeNames(declaration)[half], false);
  }

  #completeItems(): boolean {
    let isNew = false;
    for (const [element, item] of this.#items) {
      if (item.isDone) continue;
      item.isDone = true;
      isNew = true;
      this.whole(element);
      this.value(element);
    }
    return isNew;
  }

  #generic(declaration: TypeDeclaration): GenericPlan {
    return new GenericPlanner(declaration, this, this.types).plan();
  }

  #schema(schema: EncodedSchema): void {
    if (schema.schema.kind.tag === "primitive" || this.#schemas.has(schema)) return;
    const label = lowerFirst(schema.label.replaceAll(/[^\w]/g, "_"));
    this.#schemas.set(schema, this.scope.claim(`${label}Schema`));
  }

  #name(declaration: TypeDeclaration): void {
    if (declaration.file !== this.#file) this.#import(declaration, declaration.name, true);
  }

  #import({ file }: TypeDeclaration, name: string, isType: boolean): void {
    const specifier = this.#program.specifier(this.#file, file);
    const key = `${specifier} ${name}`;
    const known = this.#imports.get(key);
    if (known === undefined)
      this.#imports.set(key, { specifier, name, local: this.scope.claim(name), isType });
    else known.isType &&= isType;
  }
}

/** Functions that know the type arguments are inside the codec; all others belong to the file. */
class GenericPlanner extends Planner {
  readonly #file: FilePlanner;
  readonly #type: ValueType;
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #options = new Map<string, string>();
  readonly #least = new Map<ValueType, string>();
  readonly #memory = new Map<string, PlannedMemory>();

  constructor(declaration: TypeDeclaration, file: FilePlanner, types: ValueTypes) {
    super(types, new Scope(file.scope));
    this.#file = file;
    const { parameters } = declaration;
    this.#parameters = new Map(
      parameters.map((name) => [name, this.scope.claim(variableName(`${camelCase(name)}Codec`))]),
    );
    this.#type = types.instance(declaration, parameters.map((name) => types.parameter(name))); // biome-ignore format: one call
  }

  plan(): GenericPlan {
    this.whole(this.#type);
    this.complete();
    // The constants are made of shapes, which may be the first to need a part.
    for (const type of this.#least.keys()) inShape(type, this.types, this);
    for (const { type } of this.#memory.values()) inShape(type, this.types, this);
    this.complete();
    return {
      type: this.#type,
      parameters: this.#parameters,
      options: this.#options,
      sizes: this.#least,
      memory: this.#memory,
      parts: this.parts,
      isTaken: (name) => this.scope.has(name),
    };
  }

  override item(element: ValueType): void {
    throw new Error(`${element.key} is the item of a channel, and types with channels have no codec`);
  }

  override value(type: ValueType): void {
    this.#file.value(type);
  }

  override option(parameter: string): void {
    if (!this.#options.has(parameter))
      this.#options.set(parameter, this.scope.claim(`optionOf${partName(this.types.parameter(parameter))}`));
  }

  override least(type: ValueType): void {
    if (!this.#least.has(type)) this.#least.set(type, this.scope.claim(`leastOf${partName(type)}`));
  }

  override memory(what: MemoryFigure, type: ValueType, index?: number): void {
    const key = memoryKey(what, type, index);
    if (this.#memory.has(key)) return;
    const words = {
      decodedBytes: "memory",
      elementBytes: "element",
      extraBytes: `extra${index}`,
      presentBytes: "present",
    };
    const name = this.scope.claim(`${words[what]}Of${partName(type)}`);
    this.#memory.set(key, { name, what, type, index });
  }

  protected override use(type: ValueType, half: Half): void {
    if (hasParameter(type)) this.part(type, half);
    else if (half === "shape") this.#file.shape(type as NamedValue);
    else if (half === "write") this.#file.writer(type);
    else this.#file.reader(type);
  }
}
