/**
 * Schemas without a connection: the model that travels on the wire, its CBOR, type references, and the rules of
 * evolution. Pure; the compiler uses the same code as the runtime. Subpath `@voxrpc/runtime/internal/schema`.
 */

export {
  describeArguments,
  describeResponse,
  type IdOf,
  idsWith,
} from "../call/describe.js";
export type { PlanOutcome } from "../plan/build-plan.js";
export { type Disagreement, findDisagreement } from "../plan/check-shape.js";
export {
  comparisonWith,
  type Difference,
  decideArguments,
  decideResponse,
  type ResponseDecision,
  userError,
} from "../plan/differing-types.js";
export { buildPlan, buildWritingPlan } from "../plan/plan.js";
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
} from "../plan/plan-model.js";
export { planLimits } from "../plan/plan-model.js";
export { type PlanProblem, type PlanProblemCode, problemsText, problemText } from "../plan/plan-problem.js";
export { type DescribedType, explainPlan, type PlanExplanation, type PlanLine } from "../plan/plan-text.js";
export { type Skip, SkipCompiler } from "../plan/skip.js";
export {
  type AnnouncedBinding,
  type AnnouncedSchema,
  Announcement,
  type BindingDirection,
  ReceiveState,
  SendState,
} from "../schema/announcements.js";
export { assemblePayload } from "../schema/assemble-payload.js";
export { type CborMap, type CborValue, cborMap } from "../schema/cbor.js";
export { type CborLimits, decodeCbor } from "../schema/cbor-decode.js";
export { encodeCbor } from "../schema/cbor-encode.js";
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
} from "../schema/model.js";
export {
  encodeSchema,
  encodeSchemaList,
  readSchemaList,
  readSchemaPayload,
  readTypeRef,
  type SchemaLimits,
  schemaToCbor,
  typeRefToCbor,
  writeSchemaPayload,
} from "../schema/payload.js";
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
} from "../schema/type-ref.js";
export { isCoveredByIds } from "../schema/uncovered.js";
export { memberOf } from "../shape/compact.js";
export { type TextFormat, textFormats } from "../shape/formats.js";
export {
  anyOfBytes,
  arrayBytes,
  fixedArrayBytes,
  leastEntryBytes,
  listedBytes,
  mapBytes,
  mapEntryBytes,
  membersBytes,
  optionBytes,
  presentExtra,
  primitiveBytes,
  setBytes,
  setEntryBytes,
  slotBytes,
  tupleBytes,
  typedArrayBytes,
} from "../shape/heap-bytes.js";
export type { PayloadPrimitive, Shape, ShapePrimitive, TupleShape, VariantShape } from "../shape/shape.js";
