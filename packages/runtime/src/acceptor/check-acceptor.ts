/** The check of an acceptor, which answers a peer's calls. */
import { type Check, shown } from "../options/checks.js";

/** @throws TypeError for a value that is neither a dispatcher, nor a router, nor an acceptor of the application */
export const checkAcceptor: Check = (value, name) => {
  const isAcceptor =
    typeof value === "object" &&
    value !== null &&
    ["find", "route", "accept"].some(
      (method) => typeof (value as Readonly<Record<string, unknown>>)[method] === "function",
    );
  if (isAcceptor) return;
  throw new TypeError(
    `${name} must be a dispatcher, a router or a ConnectionAcceptor, got ${shown(value)}: ` +
      "the dispatcher of a handler is made by the generated function, like catalogDispatcher(handler)",
  );
};
