/** Changes of a method that no encoding shows: flags, names and order of arguments. */
import { adviceText } from "./behaviour-advice.js";
import type { Collector } from "./collector.js";
import { concreteText } from "./concrete-text.js";
import type { Compatibility } from "./finding.js";
import type { ContractSide, SideMethod } from "./sides.js";

const both: Compatibility = { oldClient: "compatible", newClient: "compatible" };

/**
 * Compares flags and argument names of a method that both versions have.
 *
 * @returns whether values are taken for others, which no peer notices
 */
export function compareBehaviour(
  [older, before]: readonly [ContractSide, SideMethod],
  [newer, after]: readonly [ContractSide, SideMethod],
  collector: Collector,
): Compatibility {
  const { title } = after;
  const { span } = after.method;
  const flags = [
    ["idempotent", "VOX5032", "VOX5030"],
    ["persist", "VOX5033", "VOX5031"],
  ] as const;
  for (const [flag, onAdd, onRemove] of flags) {
    if (before.method[flag] === after.method[flag]) continue;
    const code = after.method[flag] ? onAdd : onRemove;
    const parameters = { method: title, advice: adviceText[code] };
    collector.add(title, title, code, span, parameters, both, [title]);
  }
  if (before.method.name !== after.method.name || before.service.name !== after.service.name) {
    const text = `written \`${before.title}\` before: capitals and \`_\` do not count in a method id`;
    collector.addHarmless(`name ${title}`, title, text, [title]);
  }
  return compareNames([older, before], [newer, after], collector);
}

function compareNames(
  [older, before]: readonly [ContractSide, SideMethod],
  [newer, after]: readonly [ContractSide, SideMethod],
  collector: Collector,
): Compatibility {
  const [was, is] = [before.method.args, after.method.args];
  if (was.length !== is.length) return both;
  const names = { before: was.map(({ name }) => name), after: is.map(({ name }) => name) };
  const typesOf = ({ cache }: ContractSide, { method }: SideMethod): readonly string[] =>
    method.args.map(({ type }) => concreteText(cache.types.resolve(type)));
  const [oldTypes, newTypes] = [typesOf(older, before), typesOf(newer, after)];
  const { title } = after;
  const moved = names.after.filter((name, i) => name !== names.before[i] && names.before.includes(name));
  if (moved.length > 0 && oldTypes.every((type, i) => type === newTypes[i])) {
    const parameters = {
      method: title,
      before: `(${names.before.join(", ")})`,
      after: `(${names.after.join(", ")})`,
      advice: "arguments are matched by position: keep their order, or add a method",
    };
    const breaking: Compatibility = { oldClient: "breaking", newClient: "breaking" };
    collector.add(title, title, "VOX5036", after.method.span, parameters, breaking, [title]);
    return breaking;
  }
  for (const [i, name] of names.after.entries()) {
    const other = names.before[i];
    if (other === name || other === undefined || moved.includes(name)) continue;
    const text = `argument ${other} renamed to ${name}: names of arguments are not on the wire`;
    collector.addHarmless(`argument ${title} ${name}`, title, text, [title]);
  }
  return both;
}
