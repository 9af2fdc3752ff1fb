/** A plan for people: what is read, skipped, filled in, and what cannot be. */

import type { AnnouncedBinding } from "../schema/announcements.js";
import { assemblePayload } from "../schema/assemble-payload.js";
import type { SchemaPayload, TypeRef } from "../schema/model.js";
import { readSchemaPayload } from "../schema/payload.js";
import { type SchemaLookup, typeName } from "../schema/type-ref.js";
import { buildPlan } from "./plan.js";
import { type FieldsPlan, type Plan, type PlanNode, planLimits, type VariantPlan } from "./plan-model.js";
import { extendPath, nameList, type PlanProblem, problemText } from "./plan-problem.js";

/** A type with its schemas: as the compiler makes them, or as a generated method has them for the wire. */
export type DescribedType = SchemaPayload | AnnouncedBinding;

/** What happens to one part of a value. */
export interface PlanLine {
  /** `.field`, `::Variant`, `.0`, concatenated; empty for the whole value. */
  readonly path: string;
  /**
   * `read`: into ours of that name · `skip`: we do not have it · `default`: the peer does not have it · `impossible`:
   * cannot be read; a variant only when it arrives. Of items of a `Tx`, which we write for the peer: `write`: from ours
   * of that name · `none`: we do not have it · `omit`: the peer does not have it · `impossible`: cannot be written; a
   * variant only when it is sent.
   */
  readonly action: "read" | "skip" | "default" | "write" | "none" | "omit" | "impossible";
  /** The type, and for what is impossible the reason. */
  readonly detail: string;
}

/** Whether and how values of one type are read as another. */
export interface PlanExplanation {
  /** Whether there is a plan. */
  readonly isPossible: boolean;
  /** Whether both layouts are the same, so that nothing needs to be translated. */
  readonly isIdentical: boolean;
  /** Recursive types appear once. */
  readonly lines: readonly PlanLine[];
  /** Why there is no plan; empty when there is one. */
  readonly problems: readonly PlanProblem[];
  /** The lines as a text, one below the other. */
  toString(): string;
}

/**
 * Explains how a reader takes what a writer sends: for tests that keep old and new peers together.
 *
 * @param remote the writer's type
 * @param local the reader's type
 * @throws CodecError `DecodeFailed` when the bytes of a binding are no schemas
 */
export function explainPlan(remote: DescribedType, local: DescribedType): PlanExplanation {
  const theirs = open(remote);
  const ours = open(local);
  const { plan, problems } = buildPlan(theirs.root, theirs.lookup, ours.root, ours.lookup);
  const lines = plan === undefined ? problemLines(problems) : new PlanLines(theirs, ours).of(plan);
  const isIdentical = plan?.root.same === true;
  return {
    isPossible: plan !== undefined,
    isIdentical,
    lines,
    problems,
    toString: () => {
      const shown = lines.map(lineText);
      if (isIdentical) shown.unshift("both layouts are the same");
      return shown.join("\n");
    },
  };
}

interface Opened {
  readonly root: TypeRef;
  readonly lookup: SchemaLookup;
}

function open(type: DescribedType): Opened {
  const schemas = type.schemas.flatMap((schema) =>
    "kind" in schema ? [schema] : decode(schema.bytes, type.root),
  );
  const byId = new Map(schemas.map((schema) => [schema.id, schema]));
  return { root: type.root, lookup: (id) => byId.get(id) };
}

function decode(bytes: Uint8Array, root: TypeRef): SchemaPayload["schemas"] {
  return readSchemaPayload(assemblePayload([bytes], root), {
    maxSchemaBytes: Number.POSITIVE_INFINITY,
    maxSchemas: 1,
    maxSchemaDepth: planLimits.maxDepth,
  }).schemas;
}

function problemLines(problems: readonly PlanProblem[]): readonly PlanLine[] {
  return problems.map((problem) => ({ path: problem.path, action: "impossible", detail: problem.reason }));
}

function lineText({ path, action, detail }: PlanLine): string {
  if (action === "impossible") return `impossible ${problemText({ path, reason: detail } as PlanProblem)}`;
  return `${action} ${path === "" ? "the whole value" : path}: ${detail}`;
}

class PlanLines {
  readonly #lines: PlanLine[] = [];
  readonly #seen = new Set<PlanNode>();
  readonly #remote: Opened;
  readonly #local: Opened;
  /** In items of a Tx. */
  #isWriting = false;

  constructor(remote: Opened, local: Opened) {
    this.#remote = remote;
    this.#local = local;
  }

  of(plan: Plan): readonly PlanLine[] {
    this.#read("", plan.root);
    return this.#lines;
  }

  #add(path: string, action: PlanLine["action"], detail: string): void {
    this.#lines.push({ path, action, detail });
  }

  #read(path: string, node: PlanNode): void {
    const [type, side] = this.#isWriting ? [node.remote, this.#remote] : [node.local, this.#local];
    this.#add(path, this.#isWriting ? "write" : "read", typeName(type, side.lookup));
    this.#below(path, node);
  }

  /** What is inside a value: lists, options and maps have no place of their own in a path. */
  #below(path: string, node: PlanNode): void {
    if (this.#seen.has(node)) return;
    this.#seen.add(node);
    switch (node.kind) {
      case "direct":
        return;
      case "struct":
        this.#fields(path, node.fields, node.local);
        return;
      case "tuple":
        this.#elements(path, node.elements);
        return;
      case "enum":
        for (const variant of node.variants) this.#variant(path, variant, node);
        if (this.#isWriting) this.#unwritable(path, node);
        return;
      case "channel":
        this.#isWriting = node.direction === "tx";
        this.#below(path, node.element);
        this.#isWriting = false;
        return;
      case "map":
        this.#below(path, node.key);
        this.#below(path, node.value);
        return;
      default:
        this.#below(path, node.element);
    }
  }

  #elements(path: string, elements: readonly PlanNode[]): void {
    for (const [index, element] of elements.entries()) this.#read(extendPath(path, ".", index), element);
  }

  #fields(path: string, fields: FieldsPlan, owner: TypeRef): void {
    for (const step of fields.steps) {
      const place = extendPath(path, ".", step.name);
      if (step.action === "read") this.#read(place, step.node);
      else if (step.action === "skip")
        this.#add(place, "skip", typeName(step.skip.remote, this.#remote.lookup));
      else this.#add(place, "none", `our ${typeName(owner, this.#local.lookup)} does not have it`);
    }
    const name = typeName(owner, this.#local.lookup);
    for (const field of fields.defaults) {
      const action = this.#isWriting ? "omit" : "default";
      this.#add(extendPath(path, ".", field), action, `the peer's ${name} does not have it`);
    }
  }

  #variant(path: string, variant: VariantPlan, node: Extract<PlanNode, { kind: "enum" }>): void {
    const place = extendPath(path, "::", variant.name);
    switch (variant.form) {
      case "unknown": {
        if (this.#isWriting) return;
        const known = nameList(node.localVariants);
        this.#add(place, "impossible", `fails when it arrives: our ${node.name} has ${known}`);
        return;
      }
      case "unit":
        this.#add(place, this.#isWriting ? "write" : "read", node.name);
        return;
      case "newtype":
        this.#read(place, variant.node);
        return;
      case "tuple":
        this.#elements(place, variant.elements);
        return;
      case "struct":
        this.#fields(place, variant.fields, node.local);
    }
  }

  /** Our variants that the peer does not have. */
  #unwritable(path: string, { name, variants, localVariants }: Extract<PlanNode, { kind: "enum" }>): void {
    const theirs = variants.map((variant) => variant.name);
    for (const own of localVariants) {
      if (theirs.includes(own)) continue;
      const place = extendPath(path, "::", own);
      this.#add(place, "impossible", `fails when it is sent: the peer's ${name} has ${nameList(theirs)}`);
    }
  }
}
