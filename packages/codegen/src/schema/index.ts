/** Canonical schemas, type ids, method ids, ready CBOR. */
export { Announcements, type Announcing } from "./announcing.js";
export { kebab } from "./kebab.js";
export { messageSchemas } from "./message.js";
export { methodId } from "./method-id.js";
export { type Composite, elementTypes, formTypes, memberTypes } from "./parts.js";
export {
  type EncodedSchema,
  type MethodSchemas,
  methodSchemas,
  SchemaCache,
  type TypeSchemas,
  typeSchemas,
  voxError,
} from "./payload.js";
export type { SourceType } from "./source-type.js";
