/** How names of the language look in other places. One copy: the rules and the emitters must not disagree. */
import type { Field } from "./model.js";

/**
 * A field, method or argument as TypeScript shows it: `import_all` ⇒ `importAll`, `URL` ⇒ `url`, `HTTPPort` ⇒
 * `httpPort`. Underscores at either end stay; digits after an underscore lose it (`u_8` ⇒ `u8`).
 */
export function camelCase(name: string): string {
  const [, before = "", middle = "", after = ""] = /^(_*)(.*?)(_*)$/.exec(name) ?? [];
  const parts = middle.split(/_+/).filter((part) => part !== "");
  const joined = parts.map((part, at) => (at === 0 ? startLower(part) : upperFirst(part))).join("");
  return `${before}${joined}${after}`;
}

/** Members that every object of JavaScript inherits. */
const inheritedMembers: ReadonlySet<string> = new Set([
  "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
  "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
]); // biome-ignore format: a table

/** Whether every object of JavaScript has a member of this name without being given it. */
export function isInherited(member: string): boolean {
  return inheritedMembers.has(member);
}

/**
 * A method, or a field that may be left out, as a member of an object: camelCase, with `_` after a name that every
 * object inherits. A member `toString` that is left out would be that of `Object.prototype`.
 */
export function absentableName(name: string): string {
  const member = camelCase(name);
  return inheritedMembers.has(member) ? `${member}_` : member;
}

/** The member that names the variant in every object of an enum. */
export const discriminator = "kind";

/** A field as a member of its type. */
export function fieldName({ name, type, member }: Pick<Field, "name" | "type" | "member">): string {
  if (member !== undefined) return member;
  let seen = type;
  while (seen.kind === "alias") seen = seen.target;
  return seen.kind === "option" ? absentableName(name) : camelCase(name);
}

export function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Lower-cases the first capital, or a run of them up to the last one before a lower-case letter. */
function startLower(part: string): string {
  const run = /^[A-Z]+(?![a-z])|^[A-Z]/.exec(part)?.[0] ?? "";
  return run.toLowerCase() + part.slice(run.length);
}

/** `ImportAll`, `importAll` ⇒ `import_all`: fields, methods and arguments by convention. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** `import_all`, `importAll` ⇒ `ImportAll`: types, variants, services by convention. */
export function pascalCase(name: string): string {
  const isShouting = name === name.toUpperCase() && name.includes("_");
  return name
    .split(/_+/)
    .map((part) => upperFirst(isShouting ? part.toLowerCase() : part))
    .join("");
}
