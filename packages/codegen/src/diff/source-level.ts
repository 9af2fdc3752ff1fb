/** What the generated TypeScript of two versions offers: changes after which code that uses it may not compile. */
import { emitTypeScript } from "../emit/typescript/emit-typescript.js";
import type { ModelFile } from "../model/model.js";
import type { Span } from "../source/span.js";
import type { Collector } from "./collector.js";
import type { Meetings } from "./finding.js";
import { type Surface, surfacesOf } from "./generated-surface.js";
import { movedTypes } from "./moved-types.js";
import type { ContractSide } from "./sides.js";

const none: Meetings = { oldClient: "compatible", newClient: "compatible" };

/** Compares what both versions generate. */
export function compareSources(older: ContractSide, newer: ContractSide, collector: Collector): void {
  const comparer = new SourceComparer(older, newer, collector);
  comparer.run();
}

interface GeneratedFile {
  readonly file: ModelFile;
  readonly surfaces: ReadonlyMap<string, Surface>;
}

class SourceComparer {
  private readonly older: ContractSide;
  private readonly newer: ContractSide;
  private readonly collector: Collector;

  constructor(older: ContractSide, newer: ContractSide, collector: Collector) {
    this.older = older;
    this.newer = newer;
    this.collector = collector;
  }

  run(): void {
    const before = generate(this.older);
    const after = generate(this.newer);
    const moved = new Map(movedTypes(this.older, this.newer).map((type) => [type.name, type.to]));
    for (const [path, { file, surfaces }] of before) {
      const other = after.get(path);
      for (const [name, surface] of surfaces) {
        // The client says it already.
        if (name.endsWith("TryClient") && surface.kind === "class") continue;
        const now = other?.surfaces.get(name);
        if (other === undefined || now === undefined)
          this.reportGone(path, name, moved.get(name), file, other);
        else this.compare(path, name, surface, now, this.spanOf(other.file, name));
      }
    }
  }

  private reportGone(
    path: string,
    name: string,
    to: string | undefined,
    file: ModelFile,
    other: GeneratedFile | undefined,
  ): void {
    const change =
      to === undefined ? `\`${name}\` is no longer exported` : `\`${name}\` is exported by ${to}.ts now`;
    const advice =
      to === undefined
        ? "keep the declaration, marked `@deprecated`, until nothing imports it"
        : "change the imports together with the schema";
    const span: Span = other === undefined ? spanIn(file, name) : { file: other.file.path, start: 0, end: 0 };
    this.collector.add(
      `${path} ${name}`,
      path,
      "VOX5040",
      span,
      { file: `${path}.ts`, change, advice },
      none,
      [name],
    );
  }

  private compare(path: string, name: string, before: Surface, after: Surface, span: Span): void {
    const file = `${path}.ts`;
    const add = this.collector.add.bind(this.collector);
    if (before.kind !== after.kind || before.head !== after.head || isOpaque(before) !== isOpaque(after)) {
      const texts = { before: shorten(textOf(before)), after: shorten(textOf(after)) };
      const advice = "add a type beside it";
      add(`${path} ${name}`, path, "VOX5042", span, { file, name, ...texts, advice }, none, [name]);
      return;
    }
    if (isOpaque(before) && before.text !== after.text) {
      const texts = { before: shorten(before.text), after: shorten(after.text) };
      const advice = "add a type beside it";
      add(`${path} ${name}`, path, "VOX5042", span, { file, name, ...texts, advice }, none, [name]);
      return;
    }
    for (const [member, text] of before.members) {
      const now = after.members.get(member);
      const key = `${path} ${name} ${member}`;
      if (now === undefined) {
        const advice = "keep it, marked `@deprecated`, until nothing uses it";
        add(key, path, "VOX5041", span, { file, name, member: `\`${member}\``, advice }, none, [name]);
      } else if (now !== text) {
        const texts = { before: shorten(text), after: shorten(now) };
        const advice = "change the code that uses it together with the schema";
        add(key, path, "VOX5042", span, { file, name: `${name}.${member}`, ...texts, advice }, none, [name]);
      }
    }
    for (const [member, text] of after.members) {
      if (before.members.has(member)) continue;
      const key = `${path} ${name} ${member}`;
      const parameters = { file, name, member: `\`${member}\`` };
      if (after.kind === "type") {
        const advice = "handle it, or give the `switch` a default";
        add(key, path, "VOX5044", span, { ...parameters, advice }, none, [name]);
      } else if (after.kind === "interface" && name.endsWith("Handler") && text.includes("(")) {
        const advice = "`vox-gen implement` adds what is missing";
        add(key, path, "VOX5045", span, { ...parameters, advice }, none, [name]);
      } else if (after.kind === "interface" && !/^[\w$]+\?:/.test(text)) {
        const advice = "an option (`T?`) may be left out";
        add(key, path, "VOX5043", span, { ...parameters, advice }, none, [name]);
      }
    }
  }

  /** The declaration that a generated name comes from. */
  private spanOf(file: ModelFile, name: string): Span {
    return spanIn(file, name);
  }
}

function generate(side: ContractSide): ReadonlyMap<string, GeneratedFile> {
  const { model } = side;
  const base = baseOf(side);
  const files = new Map(model.files.map((file) => [file.path, file]));
  return new Map(
    emitTypeScript(model, { baseDirectory: base }).flatMap(({ source, text }) => {
      const file = files.get(source);
      return file === undefined ? [] : [[side.pathOf(file), { file, surfaces: surfacesOf(text) }] as const];
    }),
  );
}

/** A folder that holds every file: the emitter insists on one. */
function baseOf({ model }: ContractSide): string {
  const folders = model.files.map(({ path }) => path.split("/").slice(0, -1));
  const [first = []] = folders;
  let shared = first.length;
  for (const parts of folders) {
    let same = 0;
    while (same < shared && parts[same] === first[same]) same += 1;
    shared = same;
  }
  return first.slice(0, shared).join("/") || "/";
}

function spanIn(file: ModelFile, name: string): Span {
  const bare = name.replace(/(TryClient|Client|Handler)$/, "");
  const found =
    file.types.find((type) => type.name === name) ?? file.services.find((service) => service.name === bare);
  return found?.span ?? { file: file.path, start: 0, end: 0 };
}

/** A type that is no union of variants. */
function isOpaque({ kind, members }: Surface): boolean {
  return (kind === "type" || kind === "const") && members.size === 0;
}

function textOf({ kind, head, text, members }: Surface): string {
  return kind === "interface" || kind === "class"
    ? `${kind} ${head}`
    : `${head} = ${text === "" ? [...members.values()].join(" | ") : text}`;
}

const longest = 80;

function shorten(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
