/** Types as the application's file has to write them: the emitter's texts, with the file's own names. */
import { Node } from "ts-morph";
import type { ServiceNames } from "../emit/typescript/names.js";
import { type TypeScope, typeText } from "../emit/typescript/types.js";
import { parentPath } from "../host/path.js";
import type { ModelFile, Service, Type, TypeDeclaration } from "../model/model.js";
import type { UserFile } from "./user-file.js";
import { type ImportedName, isSameModule, type UserImports } from "./user-imports.js";

/** A piece of TypeScript and the imports that it needs. */
export interface TypeText {
  readonly text: string;
  readonly needs: readonly ImportedName[];
}

/** The meaning of a name of the application's file. */
export type Origin =
  | { readonly kind: "generated"; readonly declaration: TypeDeclaration }
  /** Imported from a generated file that does not export it any more. */
  | { readonly kind: "gone" }
  | { readonly kind: "runtime"; readonly name: string };

const runtime = "@voxrpc/runtime";
/** Where generated files find the same types; an application may import from there too. */
const abi = `${runtime}/gen/v1`;

/** Types of the platform that texts use by name. */
const platform: readonly string[] = [
  ...[
    "Error",
    "Promise",
    "Map",
    "Set",
    "Uint8Array",
    "Int8Array",
    "Uint16Array",
    "Int16Array",
    "Uint32Array",
  ],
  ...["Int32Array", "BigUint64Array", "BigInt64Array", "Float32Array", "Float64Array"],
];

export class UserScope implements TypeScope {
  readonly #file: ModelFile;
  readonly #imports: UserImports;
  readonly #files: ReadonlyMap<ModelFile, string>;
  readonly #taken: Set<string>;
  readonly #declared: ReadonlySet<string>;
  readonly #planned = new Map<string, Origin>();
  readonly #locals = new Map<string, ImportedName>();
  #needs: ImportedName[] = [];

  /**
   * @param files every schema file with the specifier of its output
   * @param className class that may be written, whose name no import may take
   */
  constructor(
    service: Service,
    user: UserFile,
    imports: UserImports,
    files: ReadonlyMap<ModelFile, string>,
    className: string,
  ) {
    this.#file = service.file;
    this.#imports = imports;
    this.#files = files;
    this.#declared = declaredNames(user);
    this.#taken = new Set([...this.#declared, ...platform, className]);
  }

  /** Names that the file declares or imports anywhere. */
  get declaredNames(): ReadonlySet<string> {
    return this.#declared;
  }

  /** The text of a type of the schema. */
  type(type: Type): TypeText {
    return this.#collect(() => typeText(type, this));
  }

  /** Text that names exports of the runtime as `$.Name`. */
  withRuntime(...pieces: readonly (string | TypeText)[]): TypeText {
    const needs = pieces.flatMap((piece) => (typeof piece === "string" ? [] : piece.needs));
    const own = this.#collect(() =>
      pieces.map((piece) => (typeof piece === "string" ? this.#plain(piece) : piece.text)).join(""),
    );
    return { text: own.text, needs: [...needs, ...own.needs] };
  }

  /** The name of the service's handler interface. */
  handler(names: ServiceNames): TypeText {
    return this.#collect(() => this.#local(this.#files.get(this.#file) ?? "", names.handler));
  }

  typeName(declaration: TypeDeclaration): string {
    const local = this.#local(this.#files.get(declaration.file) ?? "", declaration.name);
    this.#planned.set(local, { kind: "generated", declaration });
    return local;
  }

  platform(name: string): string {
    return this.#declared.has(name) ? `globalThis.${name}` : name;
  }

  /** The meaning of a name of the existing text; undefined for a name that is not ours. */
  originOf(local: string): Origin | undefined {
    const found = this.#imports.find(local);
    if (found === undefined) {
      // A name of ours without a declaration: its import was lost.
      const isLost = !this.#declared.has(local) && this.#file.types.some(({ name }) => name === local);
      return isLost ? { kind: "gone" } : undefined;
    }
    if (found.specifier === runtime || found.specifier === abi) return { kind: "runtime", name: found.name };
    for (const [file, specifier] of this.#files) {
      if (!isSameModule(specifier, found.specifier)) continue;
      const declaration = file.types.find(({ name }) => name === found.name);
      return declaration === undefined ? { kind: "gone" } : { kind: "generated", declaration };
    }
    return undefined;
  }

  /** The meaning of a name in the texts of this scope. */
  plannedOrigin(local: string): Origin | undefined {
    return this.#planned.get(local) ?? this.originOf(local);
  }

  #collect(make: () => string): TypeText {
    this.#needs = [];
    const text = this.#plain(make());
    const needs = this.#needs;
    this.#needs = [];
    return { text, needs };
  }

  #plain(text: string): string {
    return text.replace(/\$\.(\w+)/g, (_, name: string) => {
      const local = this.#local(runtime, name);
      this.#planned.set(local, { kind: "runtime", name });
      return local;
    });
  }

  #local(specifier: string, name: string): string {
    const key = `${specifier} ${name}`;
    let wanted = this.#locals.get(key);
    if (wanted === undefined) {
      const known =
        this.#imports.localOf(specifier, name) ??
        (specifier === runtime ? this.#imports.localOf(abi, name) : undefined);
      let local = known ?? name;
      if (known === undefined) while (this.#taken.has(local)) local += "_";
      this.#taken.add(local);
      wanted = { specifier, name, local };
      this.#locals.set(key, wanted);
      if (known !== undefined) return known;
    }
    this.#needs.push(wanted);
    return wanted.local;
  }
}

/**
 * How the application's file names the output of each schema file: the layout of the outputs is that of the schemas.
 *
 * @param specifier of the service's own file
 */
export function specifiersOf(
  files: readonly ModelFile[],
  service: Service,
  specifier: string,
): ReadonlyMap<ModelFile, string> {
  const extension = /\.vox(\.[cm]?[jt]s)?$/.exec(specifier)?.[1] ?? (specifier.endsWith(".vox") ? "" : ".js");
  const folder = specifier.includes("/") ? specifier.slice(0, specifier.lastIndexOf("/")) : ".";
  return new Map(
    files.map((file) => {
      if (file === service.file) return [file, specifier];
      return [file, `${joinSpecifier(folder, relativePath(service.file.path, file.path))}${extension}`];
    }),
  );
}

function relativePath(from: string, to: string): string {
  const here = parentPath(from).split("/").filter(Boolean);
  const there = to.split("/").filter(Boolean);
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared += 1;
  return [...here.slice(shared).map(() => ".."), ...there.slice(shared)].join("/");
}

function joinSpecifier(folder: string, relative: string): string {
  const parts = folder.split("/");
  for (const part of relative.split("/")) {
    const last = parts.at(-1);
    if (part !== "..") parts.push(part);
    else if (last === ".") parts.splice(-1, 1, "..");
    else if (last === undefined || last === "..") parts.push("..");
    else parts.pop();
  }
  return parts[0] === "." || parts[0] === ".." || folder.startsWith(".") === false
    ? parts.join("/")
    : `./${parts.join("/")}`;
}

/** Names that mean something anywhere in the file, imports included. */
function declaredNames({ source }: UserFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const declaration of source.getImportDeclarations()) {
    for (const name of [declaration.getDefaultImport(), declaration.getNamespaceImport()]) {
      if (name !== undefined) names.add(name.getText());
    }
    for (const named of declaration.getNamedImports())
      names.add(named.getAliasNode()?.getText() ?? named.getName());
  }
  source.forEachDescendant((node) => {
    if (
      Node.isClassDeclaration(node) ||
      Node.isClassExpression(node) ||
      Node.isInterfaceDeclaration(node) ||
      Node.isTypeAliasDeclaration(node) ||
      Node.isEnumDeclaration(node) ||
      Node.isModuleDeclaration(node) ||
      Node.isFunctionDeclaration(node) ||
      Node.isTypeParameterDeclaration(node) ||
      Node.isVariableDeclaration(node)
    ) {
      const name = node.getNameNode();
      if (name !== undefined && Node.isIdentifier(name)) names.add(name.getText());
    }
  });
  return names;
}
