/** From two types that differ to the function that reads the one as the other, or to the reason why none can. */
import type { Reader } from "../bytes/reader.js";
import type { Binding } from "../call/binding.js";
import { CodecError } from "../errors.js";
import { defaultLimits } from "../limits.js";
import { compilePlan } from "../plan/compile-plan.js";
import { buildPlan, type PlanAllowance } from "../plan/plan.js";
import { planLimits } from "../plan/plan-model.js";
import { problemsText } from "../plan/plan-problem.js";
import { skipsChannels } from "../plan/skip.js";
import type { AnnouncedSchema } from "../schema/announcements.js";
import type { Schema, TypeId, TypeRef } from "../schema/model.js";
import { assemblePayload, readSchemaPayload } from "../schema/payload.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import { isCoveredByIds } from "../schema/uncovered.js";
import type { Shape } from "../shape/shape.js";

/** How one kind of payload of a method is read on one connection. */
export interface Reading<T = unknown> {
  /** Why it cannot be read; undefined when it can. */
  readonly problem: string | undefined;
  /** Whether fields are skipped that may hold channels: those have to be ended. */
  readonly skipsChannels: boolean;
  /** The static decoder where the peer's layout is ours. Not called where there is a problem. */
  readonly read: (r: Reader) => T;
}

/** What reads a payload that lies as ours do. */
export interface StaticReader<T> {
  readonly shape: Shape;
  readonly read: (r: Reader) => T;
}

/** A payload that cannot be read. */
export function unreadable(problem: string): Reading<never> {
  return {
    problem,
    skipsChannels: false,
    read: () => {
      throw new CodecError("DecodeFailed", problem);
    },
  };
}

/**
 * Reads `remote` as `local`.
 *
 * @param where what is read, for the text: `arguments of Catalog.get`
 * @param schemas of the local type
 * @param allowance what may still be spent for the peer: announcements cost it nothing, and plans cost us time
 */
export function translate<T>(
  where: string,
  remote: TypeRef,
  remoteSchemas: SchemaLookup,
  local: TypeRef,
  schemas: SchemaLookup,
  own: StaticReader<T>,
  allowance: PlanAllowance,
): Reading<T> {
  if (allowance.left <= 0) return unreadable(`${planFailed}${where}: ${exhausted}`);
  const outcome = buildPlan(remote, remoteSchemas, local, schemas, planLimits, allowance);
  if (outcome.plan === undefined) {
    return unreadable(`${planFailed}${where}: ${problemsText(outcome.problems)}`);
  }
  try {
    const read = compilePlan(outcome.plan, own.shape);
    return {
      problem: undefined,
      skipsChannels: skipsChannels(outcome.plan.nodes),
      // Another numbering of the same layout: a peer may number its types as it likes.
      read: outcome.plan.root.same ? own.read : (read as (r: Reader) => T),
    };
  } catch (error) {
    if (error instanceof CodecError) return unreadable(`${planFailed}${where}: ${error.message}`);
    throw error;
  }
}

const exhausted = "the types that were announced on this connection take too long to compare";
const planFailed = "protocol error: translation plan failed: ";

/** Our own schemas of a binding. */
export interface OwnSchemas {
  readonly lookup: SchemaLookup;
  /** Those to be compared although the ids of two roots are equal: none where ids say what the types are. */
  readonly uncovered: readonly AnnouncedSchema[];
}

const known = /*@__PURE__*/ new WeakMap<Binding, OwnSchemas>();

/** Our own schemas of a binding, looked at when the first peer is compared with it, kept when a peer's type differs. */
export function schemasOf(binding: Binding): OwnSchemas {
  let own = known.get(binding);
  if (own === undefined) {
    let byId: ReadonlyMap<TypeId, Schema> | undefined;
    own = {
      lookup: (id) => {
        byId ??= new Map(decode(binding).map((schema) => [schema.id, schema]));
        return byId.get(id);
      },
      uncovered: isCoveredByIds(decode(binding)) ? [] : binding.schemas,
    };
    known.set(binding, own);
  }
  return own;
}

function decode(binding: Binding): readonly Schema[] {
  const chunks = binding.schemas.map((schema) => schema.bytes);
  const { schemas } = readSchemaPayload(assemblePayload(chunks, binding.root), {
    maxSchemaBytes: Number.POSITIVE_INFINITY,
    maxSchemas: Number.POSITIVE_INFINITY,
    maxSchemaDepth: defaultLimits.maxSchemaDepth,
  });
  return schemas;
}
