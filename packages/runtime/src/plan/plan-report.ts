/** Collects why a plan cannot be built, in the words of the reference. Source: `protocol/schemas.md` §6. */
import { shorten } from "../postcard/problems.js";
import type { SchemaField, TypeRef } from "../schema/model.js";
import { type SchemaLookup, typeName } from "../schema/type-ref.js";
import { nameList, type PlanProblem, type PlanProblemCode } from "./plan-problem.js";

/** Two types that meet, and where. */
export interface Pair {
  readonly remote: TypeRef;
  readonly local: TypeRef;
  readonly path: string;
}

/** Problems that are collected at most: the rest says nothing new. */
const maxProblems = 100;

/** Problems of one plan. Everything returns undefined: what a builder gives for a pair that has no node. */
export class PlanReport {
  readonly problems: PlanProblem[] = [];
  readonly #remote: SchemaLookup;
  readonly #local: SchemaLookup;

  constructor(remote: SchemaLookup, local: SchemaLookup) {
    this.#remote = remote;
    this.#local = local;
  }

  /** @param reason absent: the two types are of different kinds */
  add(code: PlanProblemCode, pair: Pair, reason?: string): undefined {
    if (this.problems.length >= maxProblems) return;
    const [remote, local] = this.#names(pair);
    this.problems.push({
      code,
      path: pair.path,
      remote,
      local,
      reason: reason ?? `structural mismatch: remote is \`${remote}\`, local is \`${local}\``,
    });
  }

  /** A reference that leads nowhere. */
  unresolved(pair: Pair, side: "remote" | "local", missing: TypeRef): undefined {
    if (missing.tag === "concrete") {
      const reason = `${side} schema not found for type ID SchemaHash(${missing.typeId})`;
      return this.add("unknown-schema", pair, reason);
    }
    const name = `TypeParamName(${JSON.stringify(shorten(missing.name))})`;
    const reason = `unresolved type variable ${name} on ${side} side — Var substitution failed`;
    return this.add("unresolved-variable", pair, reason);
  }

  /** A reference that leads nowhere, in a value that would be skipped. */
  unskippable(missing: TypeRef, local: TypeRef, path: string): void {
    const pair: Pair = { remote: missing, local, path };
    this.add("unknown-schema", pair, `schema not found for skip: ${debugText(missing)}`);
  }

  /** A payload in a value that would be skipped. */
  unskippablePayload(payload: TypeRef, local: TypeRef, path: string): void {
    const reason =
      "the peer sends a payload here that our schema leaves out, and a schema does not say how long its bytes are: declare the field, with the type that the peer has";
    this.add("payload", { remote: payload, local, path }, reason);
  }

  /** Structs or enums of different names. */
  namesDiffer(pair: Pair): undefined {
    const [r, l] = this.#names(pair);
    const reason = `type name mismatch: remote is \`${r}\`, local is \`${l}\` (remote name \`${r}\`, local name \`${l}\`)`;
    return this.add("name", pair, reason);
  }

  /** Tuples of different lengths. */
  lengthsDiffer(pair: Pair, remote: number, local: number): undefined {
    const [r, l] = this.#names(pair);
    const reason = `tuple length mismatch: remote \`${r}\` has ${remote} elements, local \`${l}\` has ${local} elements`;
    return this.add("tuple-length", pair, reason);
  }

  /** A field of ours that the peer does not have. */
  missing(pair: Pair, field: SchemaField, remote: readonly SchemaField[]): undefined {
    const type = typeName(field.typeRef, this.#local);
    const has = nameList(remote.map(({ name }) => name));
    const [owner] = this.#names(pair);
    const reason = `required field '${shorten(field.name)}' (type ${type}) missing from remote '${owner}' (remote has fields: ${has})`;
    return this.add("missing-field", pair, reason);
  }

  /** A field of a peer that we write for, which has no value here. */
  unwritable(pair: Pair, field: SchemaField, local: readonly SchemaField[]): undefined {
    const type = typeName(field.typeRef, this.#remote);
    const has = nameList(local.map(({ name }) => name));
    const [remote, own] = this.#names(pair);
    const reason = `the peer's '${remote}' has a field '${shorten(field.name)}' (type ${type}) that our '${own}' lacks (it has fields: ${has}), and only an option can be written without a value`;
    return this.add("missing-field", pair, reason);
  }

  /** Variants of one name with payloads of different forms. */
  payloadsDiffer(pair: Pair, name: string, remote: string, local: string): undefined {
    const reason = `variant '${shorten(name)}' payload mismatch: remote is ${remote}, local is ${local}`;
    return this.add("variant-payload", pair, reason);
  }

  #names(pair: Pair): readonly [remote: string, local: string] {
    return [typeName(pair.remote, this.#remote), typeName(pair.local, this.#local)];
  }
}

/** A reference in the reference's notation, without what is inside. */
function debugText(ref: TypeRef): string {
  if (ref.tag === "var") return `Var { name: TypeParamName(${JSON.stringify(shorten(ref.name))}) }`;
  return `Concrete { type_id: SchemaHash(${ref.typeId}), args: [${ref.args.length === 0 ? "" : "…"}] }`;
}
