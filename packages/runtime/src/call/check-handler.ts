/** Checks what an application gives for a handler. */
import { wrongType } from "../options/checks.js";

/**
 * Methods are not looked up here: a handler may get one later.
 * @throws TypeError for a value that can have no methods, and for a class in place of its instance
 */
export function checkHandler(handler: unknown): void {
  if (typeof handler === "object" ? handler === null : !hasStaticMethods(handler))
    throw wrongType("handler", "an object with methods", handler);
}

/** A class with static methods can be a handler, too. Its getters are not run. */
function hasStaticMethods(value: unknown): boolean {
  if (typeof value !== "function") return false;
  const { prototype: _, ...own } = Object.getOwnPropertyDescriptors(value);
  return Object.values(own).some((each) => typeof each.value === "function");
}
