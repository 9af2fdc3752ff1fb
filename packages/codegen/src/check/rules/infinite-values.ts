import type { Type, Variant } from "../../model/model.js";
import { formTypes } from "../../schema/index.js";
import type { Span } from "../../source/span.js";
import { cycleThrough, stronglyConnected } from "../graph.js";
import type { Linked, MemberDeclaration } from "../program.js";

type Declared = MemberDeclaration;

/**
 * Most instances of declarations that the rule examines, each with its own choice of arguments without finite values.
 * The limit is far above real schemas. Past it every instance counts as finite.
 */
const maxInstances = 100_000;

/** A declaration, and for each of its parameters whether the argument has a finite value. */
interface Instance {
  readonly declaration: Declared;
  readonly finite: readonly boolean[];
  isFinite: boolean;
  readonly users: Set<Instance>;
}

/** Types whose values would contain themselves without end, such as `struct A { a: A }`. */
export function checkInfiniteValues(linked: Linked): void {
  const finder = new FiniteValues();
  const declared = [...linked.declarations.values()].filter((one): one is Declared => one.kind !== "alias");
  finder.solve(declared);
  const infinite = declared.filter((one) => !finder.isFinite(one));
  const order = new Map(declared.map((one, at) => [one, at]));
  const successors = (one: Declared): readonly Declared[] => finder.blockers(one).map((step) => step.to);
  for (const group of stronglyConnected(infinite, successors)) {
    const start = [...group].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))[0];
    if (start === undefined) continue;
    const cycle = cycleThrough(start, new Set(group), successors);
    if (cycle.length === 0) continue;
    const through = finder.blockers(start).find((step) => step.to === cycle[1]);
    const { name, span } = start;
    const related =
      through === undefined ? [] : [{ span: through.span, message: "each value needs another here" }];
    linked.reporter.report(
      "VOX3002",
      span,
      { name, cycle: cycle.map((one) => one.name).join(" → ") },
      { related },
    );
  }
}

/** Finds the declarations that have a value of finite size: the least set that follows from the types without parts. */
class FiniteValues {
  readonly #instances = new Map<Declared, Map<string, Instance>>();
  readonly #pending: Instance[] = [];
  #count = 0;

  solve(declarations: readonly Declared[]): void {
    for (const declaration of declarations) this.#instance(declaration, allFinite(declaration));
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      if (next.isFinite || !this.#evaluate(next)) continue;
      next.isFinite = true;
      this.#pending.push(...next.users);
    }
  }

  isFinite(declaration: Declared): boolean {
    return this.#instance(declaration, allFinite(declaration))?.isFinite ?? true;
  }

  /** Types in a declaration without finite values that have no finite values either, each with its place. */
  blockers(declaration: Declared): readonly { readonly to: Declared; readonly span: Span }[] {
    const found: { to: Declared; span: Span }[] = [];
    const members = declaration.kind === "struct" ? declaration.fields : [];
    for (const { type, span } of members) this.#collect(type, span, found);
    if (declaration.kind === "tupleStruct")
      for (const type of declaration.elements) this.#collect(type, declaration.span, found);
    if (declaration.kind === "enum") {
      for (const variant of declaration.variants) {
        for (const type of formTypes<Type>(variant.form)) this.#collect(type, variant.span, found);
      }
    }
    return found;
  }

  #collect(type: Type, span: Span, found: { to: Declared; span: Span }[]): void {
    if (this.#hasValue(type, [], [], undefined)) return;
    switch (type.kind) {
      case "alias":
        this.#collect(type.target, span, found);
        break;
      case "array":
        this.#collect(type.element, span, found);
        break;
      case "tuple":
        for (const element of type.elements) this.#collect(element, span, found);
        break;
      case "result":
        this.#collect(type.ok, span, found);
        this.#collect(type.error, span, found);
        break;
      case "named":
        if (!this.isFinite(type.declaration)) found.push({ to: type.declaration, span });
        else for (const argument of type.args) this.#collect(argument, span, found);
        break;
      default:
    }
  }

  #instance(declaration: Declared, finite: readonly boolean[]): Instance | undefined {
    const key = finite.map((flag) => (flag ? "1" : "0")).join("");
    const known = this.#instances.get(declaration) ?? new Map<string, Instance>();
    this.#instances.set(declaration, known);
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    if (this.#count >= maxInstances) return undefined;
    this.#count += 1;
    const instance: Instance = { declaration, finite, isFinite: false, users: new Set() };
    known.set(key, instance);
    this.#pending.push(instance);
    return instance;
  }

  #evaluate(instance: Instance): boolean {
    const { declaration, finite } = instance;
    const has = (type: Type): boolean => this.#hasValue(type, declaration.parameters, finite, instance);
    if (declaration.kind === "struct") return declaration.fields.every((field) => has(field.type));
    if (declaration.kind === "tupleStruct") return declaration.elements.every(has);
    // An enum without variants has no value at all, which is another rule's matter.
    if (declaration.variants.length === 0) return true;
    return declaration.variants.some((variant: Variant) => formTypes<Type>(variant.form).every(has));
  }

  /**
   * Parts that can be left empty (option, list, map, set) end the recursion; so do channels, which carry items later.
   */
  #hasValue(
    type: Type,
    names: readonly string[],
    finite: readonly boolean[],
    user: Instance | undefined,
  ): boolean {
    const has = (inner: Type): boolean => this.#hasValue(inner, names, finite, user);
    switch (type.kind) {
      case "alias":
        return has(type.target);
      case "array":
        return type.length === 0 || has(type.element);
      case "tuple":
        return type.elements.every(has);
      case "result":
        return has(type.ok) || has(type.error);
      case "parameter":
        return finite[names.indexOf(type.name)] ?? true;
      case "named": {
        const instance = this.#instance(type.declaration, type.args.map(has));
        if (user !== undefined) instance?.users.add(user);
        return instance?.isFinite ?? true;
      }
      default:
        return true;
    }
  }
}

function allFinite(declaration: Declared): readonly boolean[] {
  return declaration.parameters.map(() => true);
}
