/**
 * Checks of the options that an application gives. Each kind of option has one check, and each set of options has a
 * table of checks: an option without a check does not compile.
 *
 * A value of another type is a `TypeError`, one out of range a `RangeError`; both name the option.
 */

/** Refuses a value. @param name of the option, like `reconnect.maxElapsedMs` */
export type Check = (value: unknown, name: string) => void;

/** A check for every option of a set. */
export type OptionChecks<T> = { readonly [K in keyof Required<T>]: Check };

/**
 * Checks a set of options; those that are absent or undefined have their default. An unknown name is refused: a
 * misspelled one would leave out what the application requests, like a check of its callers.
 * @param owner name of the option that holds the set, like `reconnect`; empty for the options themselves
 * @throws TypeError, RangeError that name the option; TypeError for an unknown name, also of an undefined value
 */
export function checkOptions<T extends object>(given: T, checks: OptionChecks<T>, owner = ""): void {
  checkMembers(given, checks, owner);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(checks, name))
      throw new TypeError(`${owner && `${owner}.`}${name} is no option${suggestion(name, checks)}`);
  }
}

/** Checks the known members of an object that may have others, such as a record that a later version has stored. */
export function checkMembers<T extends object>(given: T, checks: OptionChecks<T>, owner: string): void {
  if (typeof given !== "object" || given === null)
    throw wrongType(owner === "" ? "options" : owner, "an object", given);
  for (const [name, check] of Object.entries<Check>(checks)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) check(value, `${owner && `${owner}.`}${name}`);
  }
}

/** What follows the text about an unknown name: the known name that begins most like it, or else all of them. */
export function suggestion(name: string, known: object): string {
  const names = Object.keys(known);
  // Three letters in common are a misspelling.
  for (let length = name.length; length > 2; length--) {
    const nearest = names.find((each) => each.startsWith(name.slice(0, length)));
    if (nearest !== undefined) return `, did you mean ${nearest}?`;
  }
  return `: there are ${names.join(", ")}`;
}

/**
 * A check of the type of a value, then of its range.
 * @param what the type as text
 * @param range the range as text
 */
function typed<T>(
  type: "number" | "boolean" | "string" | "function",
  what: string,
  range = "",
  isInRange: (value: T) => boolean = () => true,
): Check {
  return (value, name) => {
    if (typeof value !== type) throw wrongType(name, what, value);
    if (!isInRange(value as T)) throw outOfRange(name, range, value);
  };
}

const milliseconds = "a number of milliseconds";
const isNotNegative = (value: number): boolean => value >= 0;

/** Milliseconds from 0 on; `Infinity` is no limit. */
export const duration: Check = /*@__PURE__*/ typed(
  "number",
  milliseconds,
  "non-negative milliseconds, or Infinity",
  isNotNegative,
);

/** Milliseconds above 0; `Infinity` is never. */
export const period: Check = /*@__PURE__*/ typed(
  "number",
  milliseconds,
  "milliseconds above 0, or Infinity",
  (value: number) => value > 0,
);

const notNegative = "a non-negative number";

/** A bound: a number from 0 on; `Infinity` is no bound. */
export const bound: Check = /*@__PURE__*/ typed("number", notNegative, notNegative, isNotNegative);

/** A number that travels in 32 bits. @param min the smallest that has a meaning */
export function u32(min: 0 | 1): Check {
  return typed(
    "number",
    "an integer",
    `an integer of ${min} to 2^32 - 1`,
    (value: number) => Number.isInteger(value) && value >= min && value <= 0xffff_ffff,
  );
}

export const flag: Check = /*@__PURE__*/ typed("boolean", "true or false");

export const text: Check = /*@__PURE__*/ typed("string", "a string");

/** A list of strings. */
export const texts: Check = (value, name) => {
  if (!Array.isArray(value)) throw wrongType(name, "an array of strings", value);
  for (const [index, each] of value.entries()) text(each, `${name}[${index}]`);
};

export const callback: Check = /*@__PURE__*/ typed("function", "a function");

/** A list of functions. */
export const functions: Check = (value, name) => {
  if (!Array.isArray(value)) throw wrongType(name, "an array of functions", value);
  for (const [index, each] of value.entries()) callback(each, `${name}[${index}]`);
};

export function oneOf(...values: readonly string[]): Check {
  return (value, name) => {
    if (typeof value !== "string") throw wrongType(name, listed(values), value);
    if (!values.includes(value)) throw outOfRange(name, listed(values), value);
  };
}

/** An object that has these methods. @param what it is, like `a Clock` */
export function having(what: string, ...methods: readonly string[]): Check {
  return (value, name) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null)
      throw wrongType(name, what, value);
    for (const method of methods) {
      if (typeof (value as Readonly<Record<string, unknown>>)[method] !== "function")
        throw new TypeError(`${name} must be ${what}: it has no method ${method}`);
    }
  };
}

/** An object whose members are not checked. */
export const anyObject: Check = /*@__PURE__*/ having("an object");

export const abortSignal: Check = (value, name) => {
  if (value instanceof AbortController)
    throw new TypeError(`${name} must be an AbortSignal, got an AbortController: give its signal`);
  isSignal(value, name);
};

const isSignal = /*@__PURE__*/ having("an AbortSignal", "addEventListener", "removeEventListener");

export const clock: Check = /*@__PURE__*/ having("a Clock", "now", "setTimer", "clearTimer");

/** A value that is checked, or a function that returns the value when it is needed. */
export function orFunction(check: Check): Check {
  return (value, name) => {
    if (typeof value !== "function") check(value, name);
  };
}

/** A set of options within another. */
export function nested<T extends object>(checks: OptionChecks<T>): Check {
  return (value, name) => checkOptions(value as T, checks, name);
}

/** A set of options; `true` is the set with its defaults, `false` is none. */
export function switchable<T extends object>(checks: OptionChecks<T>): Check {
  return (value, name) => {
    if (typeof value === "boolean") return;
    if (typeof value !== "object" || value === null) throw wrongType(name, "true, false or an object", value);
    checkOptions(value as T, checks, name);
  };
}

export function wrongType(name: string, what: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${what}, got ${shown(value)}`);
}

function outOfRange(name: string, what: string, value: unknown): RangeError {
  return new RangeError(`${name} must be ${what}, got ${shown(value)}`);
}

function listed(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

const longestShown = 60;

/** A value in a few words, for the text of an error. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, longestShown));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  // A name is read from the class, not from the object, whose members may be getters.
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object" ? `an object (${name})` : "an object";
}
