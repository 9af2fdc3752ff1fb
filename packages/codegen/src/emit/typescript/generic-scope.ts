/** The scope of the codec of one generic type: the codecs of its arguments, and the codecs made of them. */
import { camelCase } from "../../model/names.js";
import { FileScope, type MemoryFigure } from "./file-scope.js";
import { variableName } from "./names.js";
import { partName } from "./part-names.js";
import { hasParameter, type NamedValue, type ValueType } from "./value-type.js";

/** A constant inside the codec of a generic type. */
export interface MemoryConstant {
  readonly name: string;
  readonly what: MemoryFigure;
  readonly type: ValueType;
  /** Of the variant, or of the side of the result. */
  readonly index: number | undefined;
}

/** Functions that know the type arguments are inside the codec; all others belong to the file. */
export class GenericScope extends FileScope {
  readonly #outer: FileScope;
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #options = new Map<string, string>();
  readonly #least = new Map<ValueType, string>();
  readonly #memory = new Map<string, MemoryConstant>();

  constructor(outer: FileScope, parameters: readonly string[]) {
    super(outer.file, outer.program, outer);
    this.#outer = outer;
    this.#parameters = new Map(
      parameters.map((name) => [name, this.names.scope.claim(variableName(`${camelCase(name)}Codec`))]),
    );
  }

  /** The variable of each parameter's codec, in the order of the parameters. */
  get parameters(): ReadonlyMap<string, string> {
    return this.#parameters;
  }

  /** Codecs of options that were requested, by parameter. */
  get options(): ReadonlyMap<string, string> {
    return this.#options;
  }

  /** Sizes that were requested. */
  get sizes(): ReadonlyMap<ValueType, string> {
    return this.#least;
  }

  /** Memory figures that were requested. */
  get memoryFigures(): Iterable<MemoryConstant> {
    return this.#memory.values();
  }

  override parameter(name: string): string {
    return this.#parameters.get(name) ?? super.parameter(name);
  }

  override optionOf(name: string): string {
    return this.#claim(this.#options, name, `optionOf${partName(this.types.parameter(name))}`);
  }

  override leastBytes(type: ValueType): string {
    return this.#claim(this.#least, type, `leastOf${partName(type)}`);
  }

  override memory(what: MemoryFigure, type: ValueType, index?: number): string {
    const words = {
      decodedBytes: "memory",
      elementBytes: "element",
      extraBytes: `extra${index}`,
      presentBytes: "present",
    };
    const wanted = `${words[what]}Of${partName(type)}`;
    const known = this.#memory.get(wanted);
    if (known !== undefined) return known.name;
    const name = this.names.scope.claim(wanted);
    this.#memory.set(wanted, { name, what, type, index });
    return name;
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

  #claim<Key>(names: Map<Key, string>, key: Key, wanted: string): string {
    let name = names.get(key);
    if (name === undefined) {
      name = this.names.scope.claim(wanted);
      names.set(key, name);
    }
    return name;
  }
}
