/** Code that a small client loads when it needs it, and that others have from the start. */
import { type Comparing, comparing } from "../plan/comparing.js";
import { encodeError } from "../shape/codec-error.js";

/** Code that need not be loaded. */
export interface CodeAtHand {
  /** Says where in a value encoding has failed. */
  readonly explain: typeof encodeError;
  /** Compares our types with those of a peer. */
  readonly comparing: Comparing;
}

/** All of it: for what is no small client, like everything of `@voxrpc/runtime/node`. */
export const allAtHand: CodeAtHand = { explain: encodeError, comparing };
