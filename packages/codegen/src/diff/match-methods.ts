/** Which method of the old version a new one is: by id, and for those without a partner by what they look like. */
import { nearestName } from "../diagnostics/suggest.js";
import type { Service } from "../model/model.js";
import { kebab } from "../schema/index.js";
import { concreteText } from "./concrete-text.js";
import type { ContractSide, SideMethod } from "./sides.js";

export interface MatchedMethods {
  /** The same id. */
  readonly kept: readonly (readonly [SideMethod, SideMethod])[];
  readonly removed: readonly SideMethod[];
  readonly added: readonly SideMethod[];
  /** Old method → new one that looks like it; both are also in `removed` and `added`. */
  readonly renamed: ReadonlyMap<SideMethod, SideMethod>;
  /** Old service → new one of another name; undefined: it is gone. All its methods are in `removed`. */
  readonly lostServices: ReadonlyMap<Service, Service | undefined>;
}

/** Matches the methods of two versions. */
export function matchMethods(older: ContractSide, newer: ContractSide): MatchedMethods {
  const kept = [...newer.methods].flatMap(([id, after]) => {
    const before = older.methods.get(id);
    return before === undefined ? [] : [[before, after] as const];
  });
  const removed = [...older.methods].filter(([id]) => !newer.methods.has(id)).map(([, method]) => method);
  const added = [...newer.methods].filter(([id]) => !older.methods.has(id)).map(([, method]) => method);
  const lostServices = matchServices(older, newer);
  return { kept, removed, added, renamed: matchRenames([older, removed], [newer, added]), lostServices };
}

function matchServices(older: ContractSide, newer: ContractSide): ReadonlyMap<Service, Service | undefined> {
  const lost = [...older.services]
    .filter(([form]) => !newer.services.has(form))
    .map(([, service]) => service);
  const fresh = [...newer.services]
    .filter(([form]) => !older.services.has(form))
    .map(([, service]) => service);
  return new Map(
    lost.map((service) => {
      const names = new Set(service.methods.map(({ name }) => kebab(name)));
      const alike = fresh.filter(
        ({ methods }) => 2 * methods.filter(({ name }) => names.has(kebab(name))).length > names.size,
      );
      return [service, alike[0]];
    }),
  );
}

function matchRenames(
  [older, removed]: readonly [ContractSide, readonly SideMethod[]],
  [newer, added]: readonly [ContractSide, readonly SideMethod[]],
): ReadonlyMap<SideMethod, SideMethod> {
  const renamed = new Map<SideMethod, SideMethod>();
  const free = new Set(added);
  for (const before of removed) {
    const signature = signatureText(older, before);
    const alike = [...free].filter(
      (after) =>
        kebab(after.service.name) === kebab(before.service.name) && signatureText(newer, after) === signature,
    );
    const nearest = nearestName(before.method.name, alike.map(({ method }) => method.name)); // biome-ignore format: short
    const after =
      alike.find(({ method }) => method.name === nearest) ?? (alike.length === 1 ? alike[0] : undefined);
    if (after === undefined) continue;
    renamed.set(before, after);
    free.delete(after);
  }
  return renamed;
}

function signatureText({ cache }: ContractSide, { method }: SideMethod): string {
  const text = (type: (typeof method)["returns"]): string => concreteText(cache.types.resolve(type));
  const args = method.args.map(({ type }) => text(type)).join(", ");
  return `(${args}) -> ${text(method.returns)} ${method.throws === undefined ? "" : text(method.throws)}`;
}
