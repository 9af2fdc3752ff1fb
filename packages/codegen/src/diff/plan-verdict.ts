/** Verdicts of the translation plan: the behaviour of the runtime when the two versions meet. */
import {
  type AnnouncedSchema,
  buildPlan,
  comparisonWith,
  type Difference,
  decideArguments,
  decideResponse,
  type FieldsPlan,
  findDisagreement,
  isCoveredByIds,
  type Plan,
  type PlanNode,
  type PlanProblem,
  type Schema,
  type SchemaLookup,
  type TypeRef,
  typeName,
  userError,
} from "@voxrpc/runtime/internal/schema";
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import { type TypeSchemas, voxError } from "../schema/index.js";
import { Shapes } from "../schema/shapes.js";
import { atMostConditional, type Verdict } from "./change.js";
import type { ContractSide, SideMethod } from "./sides.js";

/** How one side takes what the other sends. */
export interface Reading {
  readonly verdict: Verdict;
  /**
   * Whether the static decoder reads the value, even if the types differ: both sides announce the same, or the writer
   * announces nothing that counts. Source: `protocol/schemas.md` §3.1, §4.
   */
  readonly isStatic: boolean;
  /** The problems, with the texts of the runtime's error. */
  readonly problems: readonly PlanProblem[];
}

const statically: Reading = { verdict: "compatible", isStatic: true, problems: [] };

/** The announcement of one side for one direction of a method. */
interface Announced {
  readonly root: TypeRef;
  readonly lookup: SchemaLookup;
  /** Schemas to be compared although the ids of two roots are equal. */
  readonly uncovered: readonly AnnouncedSchema[];
}

function announcedBy({ root, schemas }: TypeSchemas): Announced {
  const byId = new Map<bigint, Schema>(schemas.map(({ schema }) => [schema.id, schema]));
  const isCovered = isCoveredByIds(schemas.map(({ schema }) => schema));
  return {
    root,
    lookup: (id) => byId.get(id),
    uncovered: isCovered ? [] : schemas.map(({ schema, cbor }) => ({ id: schema.id, bytes: cbor })),
  };
}

/** A writer and a reader of one direction of a method. */
class SchemaPair {
  readonly #writer: Announced;
  readonly #reader: Announced;
  readonly #types: ConcreteTypes;

  /** @param types of the reader */
  constructor(writer: TypeSchemas, reader: TypeSchemas, types: ConcreteTypes) {
    this.#writer = announcedBy(writer);
    this.#reader = announcedBy(reader);
    this.#types = types;
  }

  readArguments(type: ConcreteType): Reading {
    const writer = this.#writer;
    const reader = this.#reader;
    return this.#read(decideArguments(reader.root, writer.root, this.#comparison), type);
  }

  /** @param error the reader's declared error; `never` where it declares none */
  readResponse(ok: ConcreteType, error: ConcreteType): { readonly ok: Reading; readonly error: Reading } {
    const writer = this.#writer;
    const reader = this.#reader;
    const parts = decideResponse(reader.root, writer.root, writer.lookup, reader.lookup, this.#comparison);
    const user = parts.user && {
      remote: userError(parts.user.remote, writer.lookup),
      local: userError(parts.user.local, reader.lookup),
    };
    return { ok: this.#read(parts.ok, ok), error: this.#read(user, error) };
  }

  get #comparison() {
    return comparisonWith(this.#reader.uncovered, this.#writer.lookup);
  }

  /** @param type the real type of the reader: its schemas may describe another one */
  #read(difference: Difference, type: ConcreteType): Reading {
    if (difference === undefined) return statically;
    const writer = this.#writer;
    const reader = this.#reader;
    const { remote, local } = difference;
    const { plan, problems } = buildPlan(remote, writer.lookup, local, reader.lookup);
    if (plan === undefined) return { verdict: "breaking", isStatic: false, problems };
    const other = findDisagreement(plan.root, new Shapes(this.#types).of(type));
    if (other !== undefined)
      return { verdict: "breaking", isStatic: false, problems: [this.#misdescribed(other.node)] };
    return {
      verdict: hasUnknownVariants(plan) ? "conditional" : "compatible",
      isStatic: false,
      problems: [],
    };
  }

  #misdescribed({ path, remote, local }: PlanNode): PlanProblem {
    const described = typeName(local, this.#reader.lookup);
    return {
      code: "kind",
      path,
      remote: typeName(remote, this.#writer.lookup),
      local: described,
      reason: `the reader's own schema describes it as \`${described}\`, which is another use of the same generic type`,
    };
  }
}

/** A version and a method of it. */
type Versioned = readonly [ContractSide, SideMethod];

/** How a server of one version reads the arguments of a client of another. */
export function readArguments([, client]: Versioned, [side, server]: Versioned): Reading {
  const pair = new SchemaPair(client.schemas.args, server.schemas.args, side.cache.types);
  return pair.readArguments(argumentsType(side, server));
}

/** How a client of one version reads the responses of a server of another: results, and separately errors. */
export function readResponse(
  [, server]: Versioned,
  [side, client]: Versioned,
): { readonly ok: Reading; readonly error: Reading } {
  const { types } = side.cache;
  const pair = new SchemaPair(server.schemas.response, client.schemas.response, types);
  const { ok, error } = pair.readResponse(types.resolve(client.method.returns), errorType(types, client));
  return { ok, error: { ...error, verdict: atMostConditional(error.verdict) } };
}

/** The announcement for the arguments. */
export function argumentsType({ cache: { types } }: ContractSide, { method }: SideMethod): ConcreteType {
  return types.tuple(method.args.map(({ type }) => types.resolve(type)));
}

/** The announcement for the response. */
export function responseType({ cache: { types } }: ContractSide, method: SideMethod): ConcreteType {
  const error = types.named(voxError, [errorType(types, method)]);
  return types.result(types.resolve(method.method.returns), error);
}

/** The declared error; `never` where the method declares none. */
function errorType(types: ConcreteTypes, { method: { throws } }: SideMethod): ConcreteType {
  return throws === undefined ? types.primitive("never") : types.resolve(throws);
}

/** Whether the reader lacks a variant of the writer. Items of a Tx travel the other way. */
function hasUnknownVariants({ root }: Plan): boolean {
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode, isTurned: boolean): boolean => {
    if (seen.has(node)) return false;
    seen.add(node);
    if (node.kind === "enum" && lacksVariants(node, isTurned)) return true;
    const isInTx = isTurned || (node.kind === "channel" && node.direction === "tx");
    return partsOf(node).some((part) => visit(part, isInTx));
  };
  return visit(root, false);
}

function lacksVariants(node: Extract<PlanNode, { kind: "enum" }>, isTurned: boolean): boolean {
  if (!isTurned) return node.variants.some(({ form }) => form === "unknown");
  const remote = new Set(node.variants.map(({ name }) => name));
  return node.localVariants.some((name) => !remote.has(name));
}

function partsOf(node: PlanNode): readonly PlanNode[] {
  const read = ({ steps }: FieldsPlan): readonly PlanNode[] =>
    steps.flatMap((step) => (step.action === "read" ? [step.node] : []));
  switch (node.kind) {
    case "direct":
      return [];
    case "struct":
      return read(node.fields);
    case "tuple":
      return node.elements;
    case "map":
      return [node.key, node.value];
    case "enum":
      return node.variants.flatMap((variant) => {
        if (variant.form === "newtype") return [variant.node];
        if (variant.form === "tuple") return variant.elements;
        return variant.form === "struct" ? read(variant.fields) : [];
      });
    default:
      return [node.element];
  }
}
