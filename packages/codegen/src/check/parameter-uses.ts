/** Uses of type parameters in declarations, so that a rule about a type also holds for a type argument. */
import type { Type, TypeDeclaration } from "../model/model.js";
import { innerTypes } from "../model/parts.js";
import { memberTypes } from "../schema/index.js";
import type { Linked } from "./program.js";

/** A use of a parameter in a declaration, at a place that not every type may take. */
export type ParameterUse =
  /** The parameter is compared: `use` says as what, such as `the key of a map`. */
  | { readonly kind: "key"; readonly use: string }
  /** The parameter is inside a collection, such as `a list`. */
  | { readonly kind: "collection"; readonly container: string }
  /** The parameter is, or is part of, the item of a channel. */
  | { readonly kind: "item" };

/** Uses of each parameter of a declaration, in the order of its parameters. */
export type ParameterUses = (declaration: TypeDeclaration) => readonly (readonly ParameterUse[])[];

/** The collections that may not hold a channel. */
export function containerName(type: Type): string | undefined {
  switch (type.kind) {
    case "list":
      return "a list";
    case "array":
      return "an array";
    case "map":
      return "a map";
    case "set":
      return "a set";
    case "result":
      return "a result";
    default:
      return undefined;
  }
}

/** `from` is, or is part of, the argument for `to`. */
interface Flow {
  readonly from: string;
  readonly to: { readonly declaration: TypeDeclaration; readonly at: number };
  readonly isWhole: boolean;
  readonly around: readonly ParameterUse[];
}

export function parameterUses(linked: Linked): ParameterUses {
  const generic = [...linked.declarations.values()].filter((one) => one.parameters.length > 0);
  const uses = new Map(
    generic.map((one) => [one, one.parameters.map(() => new Map<string, ParameterUse>())]),
  );
  const flows = new Map<TypeDeclaration, Flow[]>();
  const add = (declaration: TypeDeclaration, name: string, use: ParameterUse): boolean => {
    const known = uses.get(declaration)?.[declaration.parameters.indexOf(name)];
    const key = use.kind === "key" ? use.use : use.kind === "collection" ? use.container : use.kind;
    if (known === undefined || known.has(`${use.kind} ${key}`)) return false;
    known.set(`${use.kind} ${key}`, use);
    return true;
  };
  for (const declaration of generic) {
    const own: Flow[] = [];
    flows.set(declaration, own);
    for (const type of memberTypes<Type>(declaration)) {
      walk(type, [], {
        found: (name, around) => {
          for (const use of around) add(declaration, name, use);
        },
        passed: (flow) => own.push(flow),
      });
    }
  }
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const [declaration, own] of flows) {
      for (const { from, to, isWhole, around } of own) {
        const below = [...(uses.get(to.declaration)?.[to.at]?.values() ?? [])];
        for (const use of [...around, ...below.filter((one) => isWhole || one.kind !== "key")])
          isChanged = add(declaration, from, use) || isChanged;
      }
    }
  }
  return (declaration) => (uses.get(declaration) ?? []).map((known) => [...known.values()]);
}

interface Visitor {
  found(name: string, around: readonly ParameterUse[]): void;
  passed(flow: Flow): void;
}

function walk(type: Type, around: readonly ParameterUse[], visitor: Visitor): void {
  const container = containerName(type);
  // A type further out is compared as a whole: only a direct key is a key.
  const kept = around.filter((use) => use.kind !== "key");
  const inside: readonly ParameterUse[] =
    container === undefined ? kept : [...kept, { kind: "collection", container }];
  switch (type.kind) {
    case "parameter":
      visitor.found(type.name, around);
      break;
    case "alias":
      walk(type.target, around, visitor);
      break;
    case "map":
      walk(type.key, [...inside, { kind: "key", use: "the key of a map" }], visitor);
      walk(type.value, inside, visitor);
      break;
    case "set":
      walk(type.element, [...inside, { kind: "key", use: "an element of a set" }], visitor);
      break;
    case "channel":
      walk(type.element, [...kept, { kind: "item" }], visitor);
      break;
    case "named":
      type.args.forEach((argument, at) => {
        const to = { declaration: type.declaration, at };
        walk(argument, kept, {
          found: (name) => visitor.passed({ from: name, to, isWhole: isParameter(argument), around: kept }),
          passed: visitor.passed,
        });
        walk(argument, kept, visitor);
      });
      break;
    default:
      for (const inner of innerTypes(type)) walk(inner, inside, visitor);
  }
}

function isParameter(type: Type): boolean {
  return type.kind === "alias" ? isParameter(type.target) : type.kind === "parameter";
}
