/** The check of what an application serves. */
import { type Check, shown } from "../options/checks.js";

/** @throws TypeError for a value that is neither a dispatcher, nor a router, nor a connection acceptor */
export const checkServable: Check = (value, name) => {
  const isServable =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    ["find", "route", "accept"].some(
      (method) => typeof (value as Readonly<Record<string, unknown>>)[method] === "function",
    );
  if (isServable) return;
  throw new TypeError(
    `${name} must be a dispatcher, a router or a ConnectionAcceptor, got ${shown(value)}: ` +
      "the dispatcher of a handler is made by the generated function, like catalogDispatcher(handler)",
  );
};
