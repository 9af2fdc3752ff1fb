/** The shared state of all files of a run. */
import type { ModelFile, TypeDeclaration } from "../../model/model.js";
import { Announcements, SchemaCache } from "../../schema/index.js";
import { Measures } from "./measure.js";
import { FileNames, type TypeNames } from "./names.js";
import { ValueTypes } from "./value-type.js";

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

  /** Exports of a declared type of any file. */
  typeNames(declaration: TypeDeclaration): TypeNames {
    const names = this.namesOf(declaration.file).types.get(declaration);
    if (names === undefined) throw new Error(`${declaration.name} is not part of the generated code`);
    return names;
  }
}
