/**
 * Translation plans: whether and how a value that a peer writes is read as ours, and an item of ours is written for a
 * peer that reads it by its own types. Pure; the runtime reads and writes by it, and the compiler's verdicts on changes
 * come from it, so that the two cannot disagree. Source: `protocol/schemas.md` §6.
 */

import type { TypeRef } from "../schema/model.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import { PlanBuilder, type PlanOutcome } from "./build-plan.js";
import { type PlanLimits, planLimits } from "./plan-model.js";

/** How much may still be compared with one peer, in types, fields and variants: each plan takes its part. */
export interface PlanAllowance {
  left: number;
}

/**
 * Compares what a peer writes with what we read.
 *
 * Ids are opaque and not trusted: equal ids are compared like others, because an id does not cover all that is below
 * it. Neither side is trusted to be finite: whatever the schemas say, the answer comes within `limits`.
 *
 * @param remote the writer's type
 * @param local the reader's type
 * @param allowance what the plan has cost is taken off it; a plan is built whatever is left
 */
export function buildPlan(
  remote: TypeRef,
  remoteSchemas: SchemaLookup,
  local: TypeRef,
  localSchemas: SchemaLookup,
  limits: PlanLimits = planLimits,
  allowance?: PlanAllowance,
): PlanOutcome {
  const builder = new PlanBuilder(remote, remoteSchemas, local, localSchemas, limits, false);
  const outcome = builder.build();
  if (allowance !== undefined) allowance.left -= builder.spent;
  return outcome;
}

/**
 * Compares what we have with what a peer reads by its own types: fields that the peer lacks are left out, and where the
 * peer has an option that we lack, `none` is written. Within `limits`, as {@link buildPlan}.
 *
 * @param remote the reader's type
 * @param local the writer's type
 */
export function buildWritingPlan(
  remote: TypeRef,
  remoteSchemas: SchemaLookup,
  local: TypeRef,
  localSchemas: SchemaLookup,
  limits: PlanLimits = planLimits,
): PlanOutcome {
  return new PlanBuilder(remote, remoteSchemas, local, localSchemas, limits, true).build();
}
