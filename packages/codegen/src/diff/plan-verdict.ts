/** Verdicts of the translation plan: what the runtime will do when the two versions meet. */
import {
  buildPlan,
  type FieldsPlan,
  type Plan,
  type PlanNode,
  type PlanProblem,
  resolveKind,
  type Schema,
  type SchemaLookup,
  type TypeRef,
} from "@voxrpc/runtime/schema";
import type { MethodSchemas, TypeSchemas } from "../schema/index.js";
import { atMostConditional, type Verdict } from "./change.js";

/** How one side takes what the other sends. */
export interface Reading {
  readonly verdict: Verdict;
  /** Why not, in the words of the runtime's error. */
  readonly problems: readonly PlanProblem[];
}

/** Reads one root as another. */
function readRoot(writer: Side, reader: Side): Reading {
  const outcome = buildPlan(writer.root, writer.lookup, reader.root, reader.lookup);
  if (outcome.plan === undefined) return { verdict: "breaking", problems: outcome.problems };
  return { verdict: hasUnknownVariants(outcome.plan) ? "conditional" : "compatible", problems: [] };
}

/** A root with its schemas. */
export interface Side {
  readonly root: TypeRef;
  readonly lookup: SchemaLookup;
}

/** The root of the schemas of one type. */
function sideOf({ root, schemas }: TypeSchemas): Side {
  const byId = new Map<bigint, Schema>(schemas.map(({ schema }) => [schema.id, schema]));
  return { root, lookup: (id) => byId.get(id) };
}

/** The two parts of a response that have a type of the method: they are read apart. */
interface ResponseSides {
  readonly ok: Side;
  /** Undefined: the method declares no error. */
  readonly error: Side | undefined;
}

function responseSides(response: TypeSchemas): ResponseSides {
  const { root, lookup } = sideOf(response);
  const [ok = root, error = root] = root.tag === "concrete" ? root.args : [];
  const user = newtypeOf(error, "User", lookup) ?? error;
  const kind = resolveKind(user, lookup);
  const isNever = kind?.tag === "primitive" && kind.primitiveType === "never";
  return { ok: { root: ok, lookup }, error: isNever ? undefined : { root: user, lookup } };
}

function newtypeOf(ref: TypeRef, name: string, lookup: SchemaLookup): TypeRef | undefined {
  const kind = resolveKind(ref, lookup);
  if (kind?.tag !== "enum") return undefined;
  const payload = kind.variants.find((variant) => variant.name === name)?.payload;
  return payload?.tag === "newtype" ? payload.typeRef : undefined;
}

/** What a server of one version makes of the arguments of a client of another. */
export function readArguments(client: MethodSchemas, server: MethodSchemas): Reading {
  return readRoot(sideOf(client.args), sideOf(server.args));
}

/** What a client of one version makes of the responses of a server of another: results, and apart from them errors. */
export function readResponse(
  server: MethodSchemas,
  client: MethodSchemas,
): { readonly ok: Reading; readonly error: Reading } {
  const written = responseSides(server.response);
  const own = responseSides(client.response);
  const ok = readRoot(written.ok, own.ok);
  // A server without a declared error sends none.
  if (written.error === undefined) return { ok, error: { verdict: "compatible", problems: [] } };
  if (own.error === undefined) return { ok, error: { verdict: "conditional", problems: [] } };
  const error = readRoot(written.error, own.error);
  return { ok, error: { ...error, verdict: atMostConditional(error.verdict) } };
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
