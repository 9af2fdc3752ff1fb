/** Random changes of random types: the words agree with the plan, and real calls with both. */
import { type Comparison, compareModels, compile, type Model, memoryHost } from "@voxrpc/codegen";
import { sameTypeRef } from "@voxrpc/runtime/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { methodSchemas } from "../../packages/codegen/src/schema/index.js";
import {
  Chance,
  type Field,
  type Form,
  mutate,
  randomWorld,
  type Type,
  type World,
} from "../plans/worlds.js";
import { find, meet, Version } from "./meet.js";

/** `VOX_CHANGE_RUNS` makes it search longer. */
const runs = Number(process.env["VOX_CHANGE_RUNS"] ?? 1000);

const seeds = fc.noShrink(fc.integer({ min: 0, max: 0xffff_ffff }));

interface Pair {
  readonly old: Model;
  readonly new: Model;
  readonly comparison: Comparison;
}

/** Two versions of a service; undefined where one of them is no valid schema. */
function pairOf(seed: number): Pair | undefined {
  const chance = new Chance(seed);
  const world = randomWorld(chance);
  const [older, newer] = [modelOf(world, "/old"), modelOf(mutate(world, chance), "/new")];
  if (older === undefined || newer === undefined) return undefined;
  const comparison = compareModels(older, newer, { oldBase: "/old", newBase: "/new", peer: "vox-0.8.2" });
  return { old: older, new: newer, comparison };
}

function modelOf(world: World, base: string): Model | undefined {
  const path = `${base}/main.vox`;
  return compile(memoryHost({ [path]: schemaOf(world) }), [path]).model;
}

function schemaOf(world: World): string {
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
  const root = text(world.root);
  return [...declarations, `service Shop { swap(value: ${root}) -> ${root} }`].join("\n");
}

/** Whether a map or result somewhere has equal halves: all others of the root may be described like it. */
function hasEqualHalves(pair: Pair): boolean {
  return [pair.old, pair.new].some((model) =>
    /(?:result|map)<((?:[^<>,()]|<[^<>]*>|\([^()]*\))+), \1>/.test(model.files[0]?.text ?? ""),
  );
}

/** Whether peers announce the same for the arguments, or for the result. */
function hasSameId(pair: Pair): boolean {
  const [before, after] = [pair.old, pair.new].map((model) => {
    const service = model.files[0]?.services[0];
    const method = service?.methods[0];
    if (service === undefined || method === undefined) throw new Error("no method");
    return methodSchemas(service, method).args.root;
  });
  return before !== undefined && after !== undefined && sameTypeRef(before, after);
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

describe("random changes", () => {
  test("are explained: where there is no plan, a difference says why, and nowhere else", () => {
    const verdicts = { compatible: 0, conditional: 0, breaking: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const pair = pairOf(seed);
        if (pair === undefined) return;
        const { findings, methods } = pair.comparison;
        const codes = findings.map(({ diagnostic }) => diagnostic.code);
        // Refused, and no difference found: only where one description stands for several maps or results.
        if (codes.includes("VOX5012")) expect(hasEqualHalves(pair)).toBe(true);
        // A difference that no plan sees: only where the ids are the same or one is described wrongly.
        if (codes.includes("VOX5011")) expect(hasSameId(pair) || hasEqualHalves(pair)).toBe(true);
        for (const { oldClient, newClient } of methods) {
          verdicts[oldClient] += 1;
          verdicts[newClient] += 1;
          const isTold = findings.some(
            (one) => one.oldClient !== "compatible" || one.newClient !== "compatible",
          );
          expect(isTold).toBe(oldClient !== "compatible" || newClient !== "compatible");
        }
      }),
      { numRuns: runs },
    );
    for (const [verdict, count] of Object.entries(verdicts)) expect(count, verdict).toBeGreaterThan(50);
  });

  test("do in real calls what the verdict says", async () => {
    const proved = { compatible: 0, breaking: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const pair = pairOf(seed);
        const [method] = pair?.comparison.methods ?? [];
        if (pair === undefined || method === undefined) return;
        // What is misread is misread in some values only.
        if (pair.comparison.findings.some(({ diagnostic }) => diagnostic.code === "VOX5011")) return;
        const versions = { old: new Version(pair.old), new: new Version(pair.new) };
        const meetings = [
          [method.oldClient, versions.old, versions.new],
          [method.newClient, versions.new, versions.old],
        ] as const;
        for (const [verdict, client, server] of meetings) {
          const met = find(client, "Shop.swap");
          if (met === undefined || verdict === "conditional") continue;
          const outcomes = await meet(met, server, 4);
          if (verdict === "compatible") expect(outcomes).not.toContain("failed");
          else expect(outcomes).toEqual(outcomes.map(() => "failed"));
          proved[verdict] += 1;
        }
      }),
      { numRuns: Math.ceil(runs / 12) },
    );
    expect(Math.min(proved.compatible, proved.breaking)).toBeGreaterThan(5);
  });
});
