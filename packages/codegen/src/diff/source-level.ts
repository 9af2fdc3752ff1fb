/** Compares the generated TypeScript of two versions: finds changes after which code that uses it may not compile. */
import type { ModelFile } from "../model/model.js";
import type { Span } from "../source/span.js";
import type { Collector } from "./collector.js";
import type { Compatibility } from "./finding.js";
import { type Surface, surfacesOf } from "./generated-surface.js";
import { movedDeclarations } from "./moved-types.js";
import type { ContractSide } from "./sides.js";

const none: Compatibility = { oldClient: "compatible", newClient: "compatible" };

/** The generated file of a schema of the new version, as messages name it. */
type OutputOf = (path: string) => string | undefined;

/** Compares what both versions generate. */
export function compareSources(
  older: ContractSide,
  newer: ContractSide,
  collector: Collector,
  outputOf: OutputOf = () => undefined,
): void {
  const comparer = new SourceComparer(older, newer, collector, outputOf);
  comparer.run();
}

interface GeneratedFile {
  readonly file: ModelFile;
  readonly surfaces: ReadonlyMap<string, Surface>;
}

class SourceComparer {
  readonly #older: ContractSide;
  readonly #newer: ContractSide;
  readonly #collector: Collector;
  readonly #outputOf: OutputOf;
  /** Where declarations are that moved, by name. */
  readonly #moved: ReadonlyMap<string, string>;

  constructor(older: ContractSide, newer: ContractSide, collector: Collector, outputOf: OutputOf) {
    this.#outputOf = outputOf;
    this.#older = older;
    this.#newer = newer;
    this.#collector = collector;
    this.#moved = new Map(movedDeclarations(older, newer).map(({ name, to }) => [name, to]));
  }

  run(): void {
    const before = generate(this.#older);
    const after = generate(this.#newer);
    for (const [path, { file, surfaces }] of before) {
      const other = after.get(path);
      const shown = (other === undefined ? undefined : this.#outputOf(other.file.path)) ?? `${path}.ts`;
      for (const [name, surface] of surfaces) {
        // Derived exports disappear with their declaration: only the declaration is reported.
        if (surface.isDerived && other?.surfaces.has(surface.owner.name) !== true) continue;
        const now = other?.surfaces.get(name);
        if (other === undefined || now === undefined) {
          if (!isMethodGone(surface, other)) this.#reportGone(path, shown, name, surface, file, other);
        } else if (!isTryClient(name, surface)) this.#compare(path, shown, name, surface, now);
      }
    }
  }

  #reportGone(
    path: string,
    shown: string,
    name: string,
    surface: Surface,
    file: ModelFile,
    other: GeneratedFile | undefined,
  ): void {
    const to = surface.isDerived ? undefined : this.#moved.get(name);
    const change =
      to === undefined ? `\`${name}\` is no longer exported` : `\`${name}\` is exported by ${to}.ts now`;
    const advice =
      to !== undefined
        ? "change the imports together with the schema"
        : surface.isDerived
          ? "change the code that imports it together with the schema"
          : "keep the declaration, marked `@deprecated`, until nothing imports it";
    const span: Span =
      other === undefined
        ? { ...surface.owner.span, file: file.path }
        : (other.surfaces.get(surface.owner.name)?.owner.span ?? { file: other.file.path, start: 0, end: 0 });
    this.#collector.add(`${path} ${name}`, path, "VOX5040", span, { file: shown, change, advice }, none, [
      name,
    ]);
  }

  /** @param file the generated file, as messages name it */
  #compare(path: string, file: string, name: string, before: Surface, after: Surface): void {
    const { span } = after.owner;
    const add = this.#collector.add.bind(this.#collector);
    if (
      before.kind !== after.kind ||
      before.arity !== after.arity ||
      before.type !== after.type ||
      isOpaque(before) !== isOpaque(after)
    ) {
      const texts = { before: shorten(textOf(name, before)), after: shorten(textOf(name, after)) };
      const advice = "add a type beside it";
      add(`${path} ${name}`, path, "VOX5042", span, { file, name, ...texts, advice }, none, [name]);
      return;
    }
    for (const [member, was] of before.members) {
      const now = after.members.get(member);
      const key = `${path} ${name} ${member}`;
      if (now === undefined) {
        const advice = "keep it, marked `@deprecated`, until nothing uses it";
        add(key, path, "VOX5041", span, { file, name, member: `\`${member}\``, advice }, none, [name]);
      } else if (now.type !== was.type) {
        const texts = { before: shorten(was.text), after: shorten(now.text) };
        const advice = "change the code that uses it together with the schema";
        add(key, path, "VOX5042", span, { file, name: `${name}.${member}`, ...texts, advice }, none, [name]);
      }
    }
    for (const [member, { isOptional }] of after.members) {
      if (before.members.has(member)) continue;
      const key = `${path} ${name} ${member}`;
      const parameters = { file, name, member: `\`${member}\`` };
      if (after.kind === "type") {
        const advice = "handle it, or give the `switch` a default";
        add(key, path, "VOX5044", span, { ...parameters, advice }, none, [name]);
      } else if (after.isHandler) {
        const advice = "`vox-gen implement` adds what is missing";
        add(key, path, "VOX5045", span, { ...parameters, advice }, none, [name]);
      } else if (after.kind === "interface" && !isOptional) {
        const advice = "an option (`T?`) may be left out";
        add(key, path, "VOX5043", span, { ...parameters, advice }, none, [name]);
      }
    }
  }
}

/** Client and handler say that a method is gone; its constant says it no more. */
function isMethodGone({ constantOf }: Surface, other: GeneratedFile | undefined): boolean {
  if (constantOf === undefined || other === undefined) return false;
  return ![...other.surfaces.values()].some((surface) => surface.constantOf === constantOf);
}

/** The client says the same of its methods. */
function isTryClient(name: string, { kind, owner }: Surface): boolean {
  return kind === "class" && name !== owner.name && name.endsWith("TryClient");
}

function generate(side: ContractSide): ReadonlyMap<string, GeneratedFile> {
  return new Map(side.model.files.map((file) => [side.pathOf(file), { file, surfaces: surfacesOf(file) }]));
}

/** A type that is no union of variants. */
function isOpaque({ kind, members }: Surface): boolean {
  return (kind === "type" || kind === "const") && members.size === 0;
}

function textOf(name: string, { kind, arity, type, members }: Surface): string {
  const parameters = Array.from({ length: arity }, (_, at) => `T${at + 1}`);
  const head = arity === 0 ? name : `${name}<${parameters.join(", ")}>`;
  if (kind === "interface" || kind === "class") return `${kind} ${head}`;
  return `${head} = ${type === "" ? [...members.values()].map(({ text }) => text).join(" | ") : type}`;
}

const longest = 80;

function shorten(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
