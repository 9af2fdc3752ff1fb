/** Resolves the paths of Rust code. */
import type { RustConst, RustPath, RustTypeItem } from "./ast.js";
import type { Module, Sources } from "./modules.js";

export type Target =
  | { readonly kind: "module"; readonly module: Module }
  | { readonly kind: "type"; readonly item: RustTypeItem; readonly module: Module }
  | { readonly kind: "const"; readonly item: RustConst; readonly module: Module }
  /** Of a crate whose sources are not there, or of the prelude (`["std", "Vec"]`). */
  | { readonly kind: "foreign"; readonly path: readonly string[] };

type Want = "module" | "type" | "const" | "macro";

/** Steps that one path may take through `use` declarations. */
const maxSteps = 2_000;

const prelude: ReadonlySet<string> = new Set([
  "Vec", "String", "Option", "Box", "Result", "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8",
  "i16", "i32", "i64", "i128", "isize", "f32", "f64",
]); // biome-ignore format: a table

const standard: ReadonlySet<string> = new Set(["std", "core", "alloc"]);

export class Resolver {
  readonly #sources: Sources;
  #steps = 0;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The item that a path names, seen from a module; undefined when the existing sources do not have it. */
  resolve(path: RustPath, from: Module, want: Want = "type"): Target | undefined {
    this.#steps = 0;
    const found = this.#path(path, from, want, new Set());
    if (found !== undefined) return found;
    const [only] = path.segments;
    if (path.segments.length === 1 && only !== undefined && prelude.has(only))
      return { kind: "foreign", path: ["std", only] };
    return undefined;
  }

  /** Foreign modules all of whose names a module takes in, its own globs first. */
  foreignGlobs(module: Module): readonly (readonly string[])[] {
    this.#steps = 0;
    return this.#globs(module, new Set());
  }

  #globs(module: Module, seen: Set<Module>): readonly (readonly string[])[] {
    if (seen.has(module)) return [];
    seen.add(module);
    return module.uses.flatMap((use) => {
      if (!use.isGlob) return [];
      const target = this.#path(use.path, module, "module", new Set());
      if (target?.kind === "foreign") return [target.path];
      return target?.kind === "module" ? this.#globs(target.module, seen) : [];
    });
  }

  #path({ segments, isGlobal }: RustPath, from: Module, want: Want, seen: Set<string>): Target | undefined {
    this.#steps += 1;
    if (this.#steps > maxSteps) return undefined;
    let [first = "", ...rest] = segments;
    let at: Target | undefined;
    if (isGlobal) at = this.#crate(first, from);
    else if (first === "crate") at = { kind: "module", module: rootOf(from) };
    else if (first === "self") at = { kind: "module", module: from };
    else if (first === "super") {
      let module = from.parent;
      while (rest[0] === "super") {
        module = module?.parent;
        rest = rest.slice(1);
      }
      at = module === undefined ? undefined : { kind: "module", module };
    } else {
      at = this.#name(from, first, rest.length === 0 ? want : "module", seen);
      if (at === undefined && (rest.length > 0 || want === "module" || want === "macro"))
        at = this.#crate(first, from);
    }
    rest.forEach((segment, index) => {
      if (at?.kind === "foreign") at = { kind: "foreign", path: [...at.path, segment] };
      else if (at?.kind === "module")
        at = this.#name(at.module, segment, index === rest.length - 1 ? want : "module", seen);
      else at = undefined;
    });
    return at;
  }

  /** A crate by its name, or something of a crate that is not there. */
  #crate(name: string, from: Module): Target | undefined {
    if (name === "") return undefined;
    const module = this.#sources.crate(name, from.crate);
    if (module !== undefined) return { kind: "module", module };
    return { kind: "foreign", path: [standard.has(name) ? "std" : name] };
  }

  /**
   * A name inside of a module: what it declares, takes in by name, then by `*`.
   *
   * @param seen names that are being looked for: one of them again is a circle
   */
  #name(module: Module, name: string, want: Want, seen: Set<string>): Target | undefined {
    const key = `${module.crate.name}::${module.path.join("::")}::${name} ${want}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    const found = this.#declared(module, name, want) ?? this.#used(module, name, want, seen);
    seen.delete(key);
    return found;
  }

  #declared(module: Module, name: string, want: Want): Target | undefined {
    if (want === "module") {
      const child = module.children.get(name);
      if (child !== undefined) return { kind: "module", module: child };
    } else if (want === "const") {
      const item = module.consts.get(name);
      if (item !== undefined) return { kind: "const", item, module };
    } else if (want === "type") {
      const item = module.types.get(name);
      if (item !== undefined) return { kind: "type", item, module };
    }
    return undefined;
  }

  #used(module: Module, name: string, want: Want, seen: Set<string>): Target | undefined {
    for (const use of module.uses) {
      if (use.name !== name) continue;
      const target = this.#path(use.path, module, want, seen);
      if (target !== undefined) return target;
    }
    for (const use of module.uses) {
      if (!use.isGlob) continue;
      const target = this.#path(use.path, module, "module", seen);
      if (target?.kind !== "module") continue;
      const inner = this.#name(target.module, name, want, seen);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
}

export function rootOf(module: Module): Module {
  let at = module;
  while (at.parent !== undefined) at = at.parent;
  return at;
}
