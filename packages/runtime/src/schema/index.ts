/**
 * Schemas without a connection: the model that travels on the wire, its CBOR, type references. Pure; the compiler uses
 * the same code as the runtime. Subpath `@voxrpc/runtime/schema`.
 */

export type { PlanOutcome } from "./build-plan.js";
export { type CborMap, type CborValue, cborMap, decodeCbor, encodeCbor } from "./cbor.js";
export type { CborLimits } from "./cbor-check.js";
export type {
  Schema,
  SchemaField,
  SchemaKind,
  SchemaPayload,
  SchemaPrimitive,
  SchemaVariant,
  TypeId,
  TypeRef,
  VariantPayload,
} from "./model.js";
export {
  assemblePayload,
  encodeSchema,
  encodeSchemaList,
  readSchemaPayload,
  type SchemaLimits,
  schemaToCbor,
  typeRefToCbor,
  writeSchemaPayload,
} from "./payload.js";
export { readSchemaList, readTypeRef } from "./payload-reader.js";
export { buildPlan } from "./plan.js";
export type {
  ArrayNode,
  ChannelNode,
  DirectNode,
  EnumNode,
  FieldStep,
  FieldsPlan,
  ListNode,
  MapNode,
  OptionNode,
  Plan,
  PlanLimits,
  PlanNode,
  SkipNode,
  StructNode,
  TupleNode,
  VariantPlan,
} from "./plan-model.js";
export { planLimits } from "./plan-model.js";
export { type PlanProblem, type PlanProblemCode, problemsText, problemText } from "./plan-problem.js";
export { type DescribedType, explainPlan, type PlanExplanation, type PlanLine } from "./plan-text.js";
export {
  type AnnouncedBinding,
  type AnnouncedSchema,
  Announcement,
  type BindingDirection,
  ReceiveState,
  SendState,
} from "./registry.js";
export { type Skip, SkipCompiler } from "./skip.js";
export {
  type Bindings,
  bindParameters,
  mapTypeRefs,
  resolveKind,
  type SchemaLookup,
  sameTypeRef,
  substitute,
  typeIdText,
  typeName,
  typeRefKey,
} from "./type-ref.js";
export { hasOtherUnderSameId, isCoveredByIds } from "./uncovered.js";
