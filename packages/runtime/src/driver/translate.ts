/**
 * Makes the function that reads one type as another, or gives the reason why that is impossible. Loaded on demand, see
 * `plans.ts`.
 */
import type { Reader } from "../bytes/reader.js";
import { CodecError } from "../errors.js";
import { compilePlan } from "../plan/compile-plan.js";
import { buildPlan, type PlanAllowance } from "../plan/plan.js";
import { planLimits } from "../plan/plan-model.js";
import { problemsText } from "../plan/plan-problem.js";
import { skipsChannels } from "../plan/skip.js";
import type { TypeRef } from "../schema/model.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import { type Reading, type StaticReader, unreadable } from "./reading.js";

/**
 * Reads `remote` as `local`.
 *
 * @param where what is read, for the text: `arguments of Catalog.get`
 * @param schemas of the local type
 * @param allowance work that may still be spent on the peer: announcements cost the peer nothing, but plans cost time
 * here
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
      // The same layout with other type ids: a peer may number its types as it likes.
      read: outcome.plan.root.same ? own.read : (read as (r: Reader) => T),
    };
  } catch (error) {
    if (error instanceof CodecError) return unreadable(`${planFailed}${where}: ${error.message}`);
    throw error;
  }
}

const exhausted = "the types that were announced on this connection take too long to compare";
const planFailed = "protocol error: translation plan failed: ";
