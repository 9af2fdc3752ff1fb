/** The modules of crates: files found along `mod`, items by name. */
import type { Reporter } from "../diagnostics/report.js";
import type { Host } from "../host/host.js";
import { normalizePath, parentPath } from "../host/path.js";
import { SourceFile } from "../source/source-file.js";
import type {
  RustConst,
  RustFile,
  RustImpl,
  RustItem,
  RustMacroCall,
  RustModule,
  RustTrait,
  RustTypeItem,
  RustUse,
} from "./ast.js";
import { named } from "./attributes.js";
import { stringValue } from "./literals.js";
import { readRustFile } from "./read-items.js";

/** A crate whose sources are there. */
export interface RustCrate {
  /** As Rust code names it, with `_`. */
  readonly name: string;
  /** Absolute path of its root: `src/lib.rs`. */
  readonly root: string;
  /** Names under which this crate knows others whose sources are there, where they differ from their own. */
  readonly renames: ReadonlyMap<string, string>;
}

export interface Module {
  readonly crate: RustCrate;
  /** Empty for the root of the crate. */
  readonly path: readonly string[];
  readonly parent: Module | undefined;
  readonly file: RustFile;
  readonly children: Map<string, Module>;
  readonly types: Map<string, RustTypeItem>;
  readonly consts: Map<string, RustConst>;
  readonly uses: RustUse[];
  readonly macros: RustMacroCall[];
  readonly traits: RustTrait[];
  readonly impls: RustImpl[];
}

/** Files of one run. A crate with more is not read to its end. */
const maxFiles = 20_000;
/** Modules inside of each other. */
const maxLevels = 128;
const maxCharacters = 4 * 1024 * 1024;

/** Reads crates, each once, and keeps every file. */
export class Sources {
  readonly files: Map<string, RustFile> = new Map();
  readonly #host: Host;
  readonly #reporter: Reporter;
  readonly #crates: ReadonlyMap<string, RustCrate>;
  readonly #roots = new Map<string, Module>();

  constructor(host: Host, crates: readonly RustCrate[], reporter: Reporter) {
    this.#host = host;
    this.#reporter = reporter;
    this.#crates = new Map(crates.map((crate) => [crate.name, crate]));
  }

  /** The root module of a crate, by its name in `from`; undefined when its sources are not there. */
  crate(name: string, from?: RustCrate): Module | undefined {
    const crate = this.#crates.get(from?.renames.get(name) ?? name);
    if (crate === undefined) return undefined;
    const known = this.#roots.get(crate.name);
    if (known !== undefined) return known;
    const file = this.#read(crate.root);
    if (file === undefined) return undefined;
    const root = emptyModule(crate, [], undefined, file);
    this.#roots.set(crate.name, root);
    this.#fill(root, file.items, parentPath(crate.root));
    return root;
  }

  /** The crates whose sources are there. */
  crates(): Iterable<RustCrate> {
    return this.#crates.values();
  }

  #read(path: string): RustFile | undefined {
    const known = this.files.get(path);
    if (known !== undefined) return known;
    const text = this.files.size < maxFiles ? this.#host.read(path) : undefined;
    if (text === undefined || text.length > maxCharacters) return undefined;
    const file = this.#parse(new SourceFile(path, text));
    this.files.set(path, file);
    for (const span of file.faults.slice(0, 1)) this.#reporter.report("VOX6002", span, {});
    return file;
  }

  /** The parser takes its own steps on the stack, and ends with a RangeError where brackets nest by the thousand. */
  #parse(source: SourceFile): RustFile {
    try {
      return readRustFile(source);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const span = { file: source.path, start: 0, end: 0 };
      this.#reporter.report("VOX6001", span, { path: "brackets nest too deeply" });
      return { source, items: [], faults: [] };
    }
  }

  /** @param folder where the files of the module's children are */
  #fill(module: Module, items: readonly RustItem[], folder: string): void {
    for (const item of items) {
      switch (item.kind) {
        case "struct":
        case "enum":
        case "alias":
          if (!module.types.has(item.name.text)) module.types.set(item.name.text, item);
          break;
        case "const":
          module.consts.set(item.name.text, item);
          break;
        case "use":
          module.uses.push(item);
          break;
        case "macro":
          module.macros.push(item);
          break;
        case "trait":
          module.traits.push(item);
          break;
        case "impl":
          module.impls.push(item);
          break;
        case "module":
          this.#child(module, item, folder);
          break;
      }
    }
  }

  #child(module: Module, item: RustModule, folder: string): void {
    const name = item.name.text;
    if (module.children.has(name) || module.path.length >= maxLevels) return;
    const path = [...module.path, name];
    const own = `${folder}/${name}`;
    if (item.items !== undefined) {
      const child = emptyModule(module.crate, path, module, module.file);
      module.children.set(name, child);
      this.#fill(child, item.items, own);
      return;
    }
    const [attribute] = named(item.attributes, "path");
    const written = stringValue(attribute?.value?.[0]?.text ?? "");
    // Inside of a module in braces, `path` starts at the folder of that module.
    const isInBraces = module.parent?.file === module.file;
    const beside = isInBraces ? folder : parentPath(module.file.source.path);
    const candidates =
      written === undefined ? [`${own}.rs`, `${own}/mod.rs`] : [normalizePath(`${beside}/${written}`)];
    for (const candidate of candidates) {
      // A file that is a module of itself has no end.
      if (isAncestorFile(module, candidate)) continue;
      const file = this.#read(candidate);
      if (file === undefined) continue;
      const child = emptyModule(module.crate, path, module, file);
      module.children.set(name, child);
      const isFolder = written !== undefined || candidate.endsWith("/mod.rs");
      this.#fill(child, file.items, isFolder ? parentPath(candidate) : own);
      return;
    }
    this.#reporter.report("VOX6003", item.name.span, {
      name,
      places: candidates.map((one) => `\`${one}\``).join(" or "),
    });
  }
}

function emptyModule(
  crate: RustCrate,
  path: readonly string[],
  parent: Module | undefined,
  file: RustFile,
): Module {
  return {
    crate,
    path,
    parent,
    file,
    children: new Map(),
    types: new Map(),
    consts: new Map(),
    uses: [],
    macros: [],
    traits: [],
    impls: [],
  };
}

function isAncestorFile(module: Module, path: string): boolean {
  for (let at: Module | undefined = module; at !== undefined; at = at.parent)
    if (at.file.source.path === path) return true;
  return false;
}

/** A module and all modules in it, in the order of the sources. */
export function* modulesOf(module: Module): Generator<Module> {
  yield module;
  for (const child of module.children.values()) yield* modulesOf(child);
}
