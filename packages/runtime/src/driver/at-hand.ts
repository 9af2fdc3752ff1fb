/** Code that a small client loads on demand, and that all others have from the start. */
import { type Comparing, comparing } from "../plan/comparing.js";
import { encodeError } from "../shape/codec-error.js";

/** Code that need not be loaded. */
export interface CodeAtHand {
  /** Says where in a value encoding has failed. */
  readonly explain: typeof encodeError;
  /** Compares the types of this side with those of a peer. */
  readonly comparing: Comparing;
}

/** All of this code: for everything but small clients, like all of `@voxrpc/runtime/node`. */
export const allAtHand: CodeAtHand = { explain: encodeError, comparing };
