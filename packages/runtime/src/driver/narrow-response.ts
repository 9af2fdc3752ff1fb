/**
 * The announcement for a method whose own types are not known: the response root `Result<(), VoxError<never>>`.
 * A test compares it with the recorded announcement. Source: `protocol/schemas.md` §4.
 */
import { type Binding, LazyBinding } from "../call/binding.js";
import { describeResponse, idsWith } from "../call/describe.js";
import { unitShape } from "../shape/build.js";

/**
 * Binding of a response that carries no value of the method: UnknownMethod, or Cancelled by a side without handlers.
 */
export const narrowResponse: Binding = /*@__PURE__*/ new LazyBinding(() =>
  describeResponse(unitShape, undefined, idsWith()),
);
