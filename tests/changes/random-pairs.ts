/** Two versions of a service, made at random from a seed. */
import { type Comparison, compareModels, compile, type Model, memoryHost } from "@voxrpc/codegen";
import {
  Chance,
  type Field,
  type Form,
  mutate,
  randomWorld,
  type Type,
  type World,
} from "../support/worlds.js";

/** Two versions of a service and what is said of them. */
export interface Pair {
  readonly old: Model;
  readonly new: Model;
  readonly comparison: Comparison;
}

/**
 * Two versions of a service; undefined where one of them is no valid schema.
 *
 * @param methods of the service `Shop`, from the text of the random type
 */
export function pairOf(seed: number, methods: (type: string) => string = swap): Pair | undefined {
  const chance = new Chance(seed);
  const world = randomWorld(chance);
  const older = modelOf(world, "/old", methods);
  const newer = modelOf(mutate(world, chance), "/new", methods);
  if (older === undefined || newer === undefined) return undefined;
  const comparison = compareModels(older, newer, { oldBase: "/old", newBase: "/new", peer: "vox-0.8.2" });
  return { old: older, new: newer, comparison };
}

function swap(type: string): string {
  return `swap(value: ${type}) -> ${type}`;
}

function modelOf(world: World, base: string, methods: (type: string) => string): Model | undefined {
  const path = `${base}/main.vox`;
  return compile(memoryHost({ [path]: schemaOf(world, methods) }), [path]).model;
}

function schemaOf(world: World, methods: (type: string) => string): string {
  const nameOf = (name: string): string => world.declarations.get(name)?.name ?? name;
  const text = (type: Type): string => {
    switch (type.kind) {
      case "primitive":
        return type.name;
      case "named":
        return nameOf(type.name);
      case "list":
        return `${text(type.element)}[]`;
      case "option":
        return `${text(type.element)}?`;
      case "set":
        return `set<${text(type.element)}>`;
      case "array":
        return `${text(type.element)}[${type.length}]`;
      case "map":
        return `map<${text(type.key)}, ${text(type.value)}>`;
      case "tuple":
        return `(${type.elements.map(text).join(", ")}${type.elements.length === 1 ? "," : ""})`;
      case "result":
        return `result<${text(type.ok)}, ${text(type.error)}>`;
    }
  };
  const field = ({ name, type, hasDefault }: Field): string => {
    const value = hasDefault ? literalOf(type) : undefined;
    const mark = type.kind === "option" && !hasDefault ? "@required " : "";
    return `${mark}${name}: ${text(type)}${value === undefined ? "" : ` = ${value}`}`;
  };
  const form = (one: Form): string => {
    switch (one.kind) {
      case "unit":
        return "";
      case "newtype":
        return `(${text(one.type)})`;
      case "tuple":
        return `(${one.types.map(text).join(", ")})`;
      case "struct":
        return ` { ${one.fields.map(field).join(", ")} }`;
    }
  };
  const declarations = [...world.declarations.values()].map((declaration) =>
    declaration.kind === "struct"
      ? `struct ${declaration.name} { ${declaration.fields.map(field).join(", ")} }`
      : `enum ${declaration.name} { ${declaration.variants.map((one) => one.name + form(one.form)).join(", ")} }`,
  );
  return [...declarations, `service Shop { ${methods(text(world.root))} }`].join("\n");
}

function literalOf(type: Type): string | undefined {
  switch (type.kind) {
    case "option":
      return "none";
    case "list":
    case "set":
    case "map":
      return "[]";
    case "primitive":
      if (type.name === "bool") return "true";
      if (type.name === "string") return '"hi"';
      if (type.name === "f32" || type.name === "f64") return "1.5";
      return /^[ui]\d+$/.test(type.name) ? "7" : undefined;
    default:
      return undefined;
  }
}
