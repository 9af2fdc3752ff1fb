/**
 * Reads the `.vox` texts of golden files (declarations of one line, type expressions) into model types, apart from the
 * compiler: codec tests then say nothing about it, and it nothing about them.
 */
import type {
  EnumDeclaration,
  Field,
  PrimitiveName,
  StructDeclaration,
  Type,
  Variant,
  VariantForm,
} from "../../packages/codegen/src/model/model.js";

const primitives = new Set(
  "bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64 char string bytes unit never".split(" "),
);

type Declaration = StructDeclaration | EnumDeclaration;

/** Types by the declarations of one golden file. */
export class GoldenTypes {
  private readonly declarations = new Map<string, Declaration>();

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const declaration = new TypeParser(text, this).declaration();
      this.declarations.set(declaration.name, declaration);
    }
  }

  /** The type of an expression such as `map<string, Point?>`. */
  type(text: string): Type {
    return new TypeParser(text, this).whole();
  }

  find(name: string): Declaration {
    const found = this.declarations.get(name);
    if (found === undefined) throw new Error(`no golden type ${name}`);
    return found;
  }
}

const span = { file: undefined, start: 0, end: 0 } as never;
const file = undefined as never;

class TypeParser {
  private readonly tokens: string[];
  private at = 0;
  private parameters: readonly string[] = [];
  private readonly types: GoldenTypes;

  constructor(text: string, types: GoldenTypes) {
    this.types = types;
    this.tokens = text.match(/\w+|"[^"]*"|-?\d+|[^\s]/g) ?? [];
  }

  whole(): Type {
    const type = this.type();
    if (this.at !== this.tokens.length) throw new Error(`unexpected ${this.tokens[this.at]}`);
    return type;
  }

  declaration(): Declaration {
    const kind = this.next();
    const name = this.next();
    this.parameters = this.is("<") ? this.list(">", () => this.next()) : [];
    const base = { name, docs: [], deprecated: undefined, span, file, parameters: this.parameters };
    this.expect("{");
    if (kind === "struct") return { ...base, kind: "struct", fields: this.list("}", () => this.field()) };
    return { ...base, kind: "enum", variants: this.list("}", () => this.variant()), isError: false };
  }

  private field(): Field {
    const name = this.next();
    this.expect(":");
    const type = this.type();
    // Defaults do not show in an encoding.
    if (this.is("=")) while (!["}", ","].includes(this.tokens[this.at] ?? "}")) this.at++;
    return { name, docs: [], deprecated: undefined, span, type, default: undefined, required: true };
  }

  private variant(): Variant {
    return { name: this.next(), docs: [], deprecated: undefined, span, form: this.form() };
  }

  private form(): VariantForm {
    if (this.is("{")) return { kind: "struct", fields: this.list("}", () => this.field()) };
    if (!this.is("(")) return { kind: "unit" };
    const types = this.list(")", () => this.type());
    const [only] = types;
    return types.length === 1 && only !== undefined
      ? { kind: "newtype", type: only }
      : { kind: "tuple", types };
  }

  private type(): Type {
    let type = this.simple();
    for (;;) {
      if (this.is("?")) type = { kind: "option", element: type };
      else if (!this.is("[")) return type;
      else if (this.is("]")) type = { kind: "list", element: type, typed: false };
      else {
        type = { kind: "array", element: type, length: Number(this.next()), typed: false };
        this.expect("]");
      }
    }
  }

  private simple(): Type {
    if (this.is("(")) return { kind: "tuple", elements: this.list(")", () => this.type()) };
    const name = this.next();
    if (primitives.has(name)) return { kind: "primitive", name: name as PrimitiveName, asNumber: false };
    if (this.parameters.includes(name)) return { kind: "parameter", name };
    const args = this.is("<") ? this.list(">", () => this.type()) : [];
    const [first, second] = args as [Type, Type];
    if (name === "map") return { kind: "map", key: first, value: second };
    if (name === "set") return { kind: "set", element: first };
    if (name === "result") return { kind: "result", ok: first, error: second };
    const types = this.types;
    // Looked up when requested: declarations may come in any order, and contain themselves.
    return {
      kind: "named",
      args,
      get declaration() {
        return types.find(name);
      },
    };
  }

  private list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.is(close)) {
      items.push(item());
      if (!this.is(",")) {
        this.expect(close);
        break;
      }
    }
    return items;
  }

  private is(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private expect(token: string): void {
    if (!this.is(token)) throw new Error(`expected ${token}, found ${this.tokens[this.at]}`);
  }

  private next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Error("unexpected end of a golden type");
    return token;
  }
}
