/**
 * Classes that are recognised across copies of this package: a program may load it twice, as two versions, linked into
 * a monorepo, or bundled. `instanceof` of a branded class is true for instances of every copy.
 */

/** Version of the members that branded classes share; a copy of another version is not recognised. */
const layout = 1;

/**
 * Brands a class. Call it in a static block of the class, so that the class never exists without its brand.
 * @param name the same in every copy
 */
export function brand(target: abstract new (...args: never[]) => object, name: string): void {
  const symbol = Symbol.for(`@voxrpc/runtime/${name}`);
  Object.defineProperty(target.prototype, symbol, { value: layout });
  Object.defineProperty(target, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // Classes of the application that extend this one have no brand.
      if (this !== target) return Function.prototype[Symbol.hasInstance].call(this, value);
      return hasBrand(value, symbol, name);
    },
  });
}

function hasBrand(value: unknown, symbol: symbol, name: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  let found: unknown;
  try {
    found = (value as Readonly<Record<symbol, unknown>>)[symbol];
  } catch {
    // A value of the application may throw when it is read: it is no instance of the class.
    return false;
  }
  if (found === undefined) return false;
  if (found !== layout)
    throw new TypeError(
      `this ${name} was made by another version of @voxrpc/runtime, which this one cannot work with: ` +
        "install one version of it (npm ls @voxrpc/runtime shows which there are)",
    );
  return true;
}
