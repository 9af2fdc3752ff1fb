/** Bearer tokens beside calls. */

import type { CallContext } from "../call/context.js";
import { VoxError } from "../errors.js";
import { brand } from "../options/brand.js";
import { callback, having, orFunction, text as textCheck } from "../options/checks.js";
import type { ClientMiddleware } from "./client-middleware.js";
import type { ContextKey } from "./context-key.js";
import type { ServerMiddleware } from "./server-middleware.js";

/** Key of the entry with the token, which is marked as sensitive. */
const authorizationKey = "authorization";
/** Key of the answer's entry that says why a call was refused. */
const refusalKey = "error";
const scheme = "Bearer ";

/**
 * A call came without a token that is accepted, code `Unauthenticated`. The caller sees `Cancelled`, and
 * `unauthenticated` beside the answer.
 */
export class UnauthenticatedError extends VoxError {
  static {
    brand(UnauthenticatedError, "UnauthenticatedError");
  }

  constructor(method: string) {
    super("Unauthenticated", `${method}: no bearer token that is accepted`);
  }
}

/** Sends a token with each call. @param token the token, or a function that returns it for each call */
export function attachBearerToken(token: string | (() => string | Promise<string>)): ClientMiddleware {
  orFunction(textCheck)(token, "token");
  return async ({ metadata }, next) => {
    const text = typeof token === "string" ? token : await token();
    metadata.set(authorizationKey, scheme + text, { sensitive: true });
    return next();
  };
}

/**
 * Lets only calls through whose token is accepted.
 *
 * @param verify returns the caller to whom the token belongs; undefined, null or false refuses the call
 * @param principal the key under which handlers find the caller
 */
export function verifyBearerToken<T>(
  verify: (token: string, context: CallContext) => T | undefined | Promise<T | undefined>,
  principal: ContextKey<T>,
): ServerMiddleware {
  callback(verify, "verify");
  having("a ContextKey", "set")(principal, "principal");
  return async (context, _args, next) => {
    const text = context.metadata.getString(authorizationKey);
    const caller: unknown =
      text?.startsWith(scheme) === true ? await verify(text.slice(scheme.length), context) : undefined;
    // In JavaScript, a look-up that finds no caller may return any of these.
    if (caller === undefined || caller === null || caller === false) {
      context.responseMetadata.set(refusalKey, "unauthenticated");
      throw new UnauthenticatedError(`${context.method.service}.${context.method.name}`);
    }
    principal.set(context, caller as T);
    return next();
  };
}
