/** Verdicts of the translation plan: what the runtime will do when the two versions meet. */
import {
  buildPlan,
  type FieldsPlan,
  hasOtherUnderSameId,
  isCoveredByIds,
  type Plan,
  type PlanNode,
  type PlanProblem,
  resolveKind,
  type Schema,
  type SchemaLookup,
  sameTypeRef,
  type TypeRef,
  typeName,
} from "@voxrpc/runtime/internal/schema";
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import { type TypeSchemas, voxError } from "../schema/index.js";
import { atMostConditional, type Verdict } from "./change.js";
import { DescriptionCheck } from "./described.js";
import type { ContractSide, SideMethod } from "./sides.js";

/** How one side takes what the other sends. */
export interface Reading {
  readonly verdict: Verdict;
  /**
   * Whether both sides announce the same: the static decoder reads it then, whatever the types really are. Source:
   * `protocol/schemas.md` §3.1.
   */
  readonly isAnnouncedSame: boolean;
  /** Why not, in the words of the runtime's error. */
  readonly problems: readonly PlanProblem[];
}

/** Reads one root as another. */
function readRoot(writer: Side, reader: Side, own: OwnType): Reading {
  const isAnnouncedSame = sameTypeRef(writer.root, reader.root) && !hasOtherBelow(writer, reader);
  const { plan, problems } = buildPlan(writer.root, writer.lookup, reader.root, reader.lookup);
  if (plan === undefined) return { verdict: "breaking", isAnnouncedSame, problems };
  const other = isAnnouncedSame ? undefined : new DescriptionCheck(own.types).find(plan.root, own.type);
  if (other !== undefined)
    return { verdict: "breaking", isAnnouncedSame, problems: [misdescribed(other, reader)] };
  return { verdict: hasUnknownVariants(plan) ? "conditional" : "compatible", isAnnouncedSame, problems: [] };
}

/** Ids do not cover types that lead back to themselves, so the runtime compares these in spite of equal roots. */
function hasOtherBelow(writer: Side, reader: Side): boolean {
  if (isCoveredByIds(reader.announced.map(({ schema }) => schema))) return false;
  const own = reader.announced.map(({ schema, cbor }) => ({ id: schema.id, bytes: cbor }));
  return hasOtherUnderSameId(own, writer.lookup);
}

/** What a reader really has: its schemas may say something else. */
interface OwnType {
  readonly type: ConcreteType;
  readonly types: ConcreteTypes;
}

function misdescribed({ path, remote, local }: PlanNode, { lookup }: Side): PlanProblem {
  const described = typeName(local, lookup);
  return {
    code: "kind",
    path,
    remote: typeName(remote, lookup),
    local: described,
    reason: `the reader's own schema describes it as \`${described}\`, which is another use of the same generic type`,
  };
}

/** A root with its schemas. */
export interface Side {
  readonly root: TypeRef;
  readonly lookup: SchemaLookup;
  /** All that is announced with the root, or with what it is a part of. */
  readonly announced: TypeSchemas["schemas"];
}

/** The root of the schemas of one type. */
function sideOf({ root, schemas }: TypeSchemas): Side {
  const byId = new Map<bigint, Schema>(schemas.map(({ schema }) => [schema.id, schema]));
  return { root, lookup: (id) => byId.get(id), announced: schemas };
}

/** The two parts of a response that have a type of the method: they are read apart. */
interface ResponseSides {
  readonly ok: Side;
  /** Undefined: the method declares no error. */
  readonly error: Side | undefined;
}

function responseSides(response: TypeSchemas): ResponseSides {
  const { root, ...all } = sideOf(response);
  const { lookup } = all;
  const [ok = root, error = root] = root.tag === "concrete" ? root.args : [];
  const user = newtypeOf(error, "User", lookup) ?? error;
  const kind = resolveKind(user, lookup);
  const isNever = kind?.tag === "primitive" && kind.primitiveType === "never";
  return { ok: { ...all, root: ok }, error: isNever ? undefined : { ...all, root: user } };
}

function newtypeOf(ref: TypeRef, name: string, lookup: SchemaLookup): TypeRef | undefined {
  const kind = resolveKind(ref, lookup);
  if (kind?.tag !== "enum") return undefined;
  const payload = kind.variants.find((variant) => variant.name === name)?.payload;
  return payload?.tag === "newtype" ? payload.typeRef : undefined;
}

/** A version and a method of it. */
type Versioned = readonly [ContractSide, SideMethod];

/** What a server of one version makes of the arguments of a client of another. */
export function readArguments([, client]: Versioned, [side, server]: Versioned): Reading {
  const own = { type: argumentsType(side, server), types: side.cache.types };
  return readRoot(sideOf(client.schemas.args), sideOf(server.schemas.args), own);
}

/** What a client of one version makes of the responses of a server of another: results, and apart from them errors. */
export function readResponse(
  [, server]: Versioned,
  [side, client]: Versioned,
): { readonly ok: Reading; readonly error: Reading } {
  const written = responseSides(server.schemas.response);
  const reader = responseSides(client.schemas.response);
  const { types } = side.cache;
  const { returns, throws } = client.method;
  const ok = readRoot(written.ok, reader.ok, { type: types.resolve(returns), types });
  // A server without a declared error sends none.
  if (written.error === undefined)
    return { ok, error: { verdict: "compatible", isAnnouncedSame: false, problems: [] } };
  if (reader.error === undefined || throws === undefined)
    return { ok, error: { verdict: "conditional", isAnnouncedSame: false, problems: [] } };
  const error = readRoot(written.error, reader.error, { type: types.resolve(throws), types });
  return { ok, error: { ...error, verdict: atMostConditional(error.verdict) } };
}

/** What is announced for the arguments. */
export function argumentsType({ cache: { types } }: ContractSide, { method }: SideMethod): ConcreteType {
  return types.tuple(method.args.map(({ type }) => types.resolve(type)));
}

/** What is announced for the response. */
export function responseType({ cache: { types } }: ContractSide, { method }: SideMethod): ConcreteType {
  const error = method.throws === undefined ? types.primitive("never") : types.resolve(method.throws);
  return types.result(types.resolve(method.returns), types.named(voxError, [error]));
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
