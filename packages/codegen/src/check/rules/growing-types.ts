import type { Type } from "../../model/model.js";
import { innerTypes } from "../../model/parts.js";
import { memberTypes } from "../../schema/index.js";
import { stronglyConnected } from "../graph.js";
import type { Linked, MemberDeclaration } from "../program.js";
import { typeName } from "../type-text.js";

type Declared = MemberDeclaration;

/** One type parameter of one declaration. */
interface Parameter {
  readonly declaration: Declared;
  readonly name: string;
}

/** The argument for `to` is made from `from`; a growing step wraps it in something. */
interface Step {
  readonly from: Parameter;
  readonly to: Parameter;
  readonly grows: boolean;
  readonly use: Type & { kind: "named" };
}

/**
 * Generic types that name themselves with an ever larger argument, such as `struct A<T> { next: A<T[]>? }`: their use
 * has no end, so they have no schema. That is so exactly when a circle of parameters, each passed on into the next, has
 * a growing step.
 */
export function checkGrowingTypes(linked: Linked): void {
  const { parameters, steps } = parameterSteps(linked);
  const following = new Map<Parameter, Step[]>();
  for (const step of steps) following.set(step.from, [...(following.get(step.from) ?? []), step]);
  const reported = new Set<Declared>();
  const successors = (from: Parameter): readonly Parameter[] =>
    (following.get(from) ?? []).map((step) => step.to);
  for (const group of stronglyConnected(parameters, successors)) {
    const members = new Set(group);
    const growing = group
      .flatMap((from) => following.get(from) ?? [])
      .find((step) => step.grows && members.has(step.to));
    const start = growing?.from.declaration;
    if (growing === undefined || start === undefined || reported.has(start)) continue;
    for (const { declaration } of group) reported.add(declaration);
    const own = `${start.name}<${start.parameters.join(", ")}>`;
    const back = growing.to.declaration === start ? "" : ` → … → ${start.name}`;
    const cycle = `${own} → ${typeName(growing.use)}${back}`;
    linked.reporter.report("VOX3004", start.span, { name: start.name, cycle });
  }
}

function parameterSteps(linked: Linked): {
  parameters: readonly Parameter[];
  steps: readonly Step[];
} {
  const table = new Map<Declared, Map<string, Parameter>>();
  for (const declaration of linked.declarations.values()) {
    if (declaration.kind === "alias") continue;
    table.set(declaration, new Map(declaration.parameters.map((name) => [name, { declaration, name }])));
  }
  const steps: Step[] = [];
  for (const [declaration, own] of table) {
    if (own.size === 0) continue;
    const visit = (type: Type): void => {
      if (type.kind === "named") {
        type.args.forEach((argument, at) => {
          const to = table.get(type.declaration)?.get(type.declaration.parameters[at] ?? "");
          if (to === undefined) return;
          for (const [name, grows] of parametersIn(argument)) {
            const from = own.get(name);
            if (from !== undefined) steps.push({ from, to, grows, use: type });
          }
        });
      }
      innerTypes(type).forEach(visit);
    };
    memberTypes(declaration).forEach(visit);
  }
  return { parameters: [...table.values()].flatMap((own) => [...own.values()]), steps };
}

/** Names of the parameters in an argument → whether another type is around them. */
function parametersIn(argument: Type): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  const visit = (type: Type, isInside: boolean): void => {
    if (type.kind === "parameter") found.set(type.name, isInside || found.get(type.name) === true);
    const wraps = isInside || type.kind !== "alias";
    for (const inner of innerTypes(type)) visit(inner, wraps);
  };
  visit(argument, false);
  return found;
}
