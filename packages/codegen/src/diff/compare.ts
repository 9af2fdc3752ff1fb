/** Compares two versions of a project's services. */
import { typeIdText } from "@voxrpc/runtime/internal/schema";
import type { Model, Service } from "../model/model.js";
import type { Span } from "../source/span.js";
import { compareBehaviour } from "./behaviour.js";
import { worst } from "./change.js";
import { Collector } from "./collector.js";
import { compareMethod, type MethodComparison } from "./compare-method.js";
import type { ChangeFinding, Compatibility, HarmlessChange } from "./finding.js";
import { type MatchedMethods, matchMethods } from "./match-methods.js";
import { compareFiles } from "./moved-types.js";
import type { PeerVersion } from "./peer.js";
import { SameTypes } from "./same-types.js";
import { type ContractSide, openSide, type SideMethod } from "./sides.js";
import { compareSources } from "./source-level.js";

export interface CompareOptions {
  /** Folder of the old version that its files are relative to. */
  readonly oldBase: string;
  /** Folder of the new version. */
  readonly newBase: string;
  /** `source`: also what generated TypeScript offers. Default `wire`. */
  readonly level?: "wire" | "source" | undefined;
  /**
   * For the level `source`: the generated file of a schema of the new version, as messages name it. Default, and for a
   * schema without one: the path of the schema below its base, with `.ts` behind it.
   *
   * @param path of the schema, as the host knows it
   */
  readonly outputOf?: ((path: string) => string | undefined) | undefined;
  /** Also what a peer of this implementation makes of the changes. */
  readonly peer?: PeerVersion | undefined;
}

/** The differences between two versions. */
export interface Comparison {
  /** Changes that the user has to think about, by place. */
  readonly findings: readonly ChangeFinding[];
  /** Changes that harm no peer, with the reason. */
  readonly harmless: readonly HarmlessChange[];
  /** Every method of either version, those of the new one first. */
  readonly methods: readonly MethodComparison[];
}

/**
 * Compares two versions, each compiled without errors. The paths of their files must differ (other folders), so that
 * spans lead to one of them. Verdicts come from the plans that the runtime reads by.
 */
export function compareModels(older: Model, newer: Model, options: CompareOptions): Comparison {
  const sides = [openSide(older, options.oldBase), openSide(newer, options.newBase)] as const;
  const collector = new Collector();
  const matched = matchMethods(...sides);
  const same = new SameTypes(sides[0].cache.types, sides[1].cache.types);
  const methods = matched.kept.map(([before, after]) => {
    const names = compareBehaviour([sides[0], before], [sides[1], after], collector);
    const types = compareMethod([sides[0], before], [sides[1], after], collector, {
      peer: options.peer,
      same,
    });
    return {
      ...types,
      oldClient: worst(types.oldClient, names.oldClient),
      newClient: worst(types.newClient, names.newClient),
    };
  });
  const added = reportAdded(matched, collector);
  const removed = reportRemoved(sides, matched, collector);
  compareFiles(sides[0], sides[1], collector);
  if (options.level === "source") compareSources(sides[0], sides[1], collector, options.outputOf);
  return {
    findings: [...collector.findings()].sort(byPlace),
    harmless: collector.harmlessChanges(),
    methods: [...methods, ...added, ...removed],
  };
}

const nothing = { oldReads: "compatible", newReads: "compatible" } as const;
const gone: Compatibility = { oldClient: "breaking", newClient: "compatible" };
const fresh: Compatibility = { oldClient: "compatible", newClient: "breaking" };

function reportAdded({ added }: MatchedMethods, collector: Collector): readonly MethodComparison[] {
  return added.map(({ title, schemas }) => {
    const text =
      "added: old clients do not call it; old servers answer UnknownMethod, so deploy servers first";
    collector.addHarmless(`added ${title}`, title, text, [title]);
    const { methodId: id } = schemas;
    return { method: title, id, status: "added", args: nothing, response: nothing, ...fresh };
  });
}

function reportRemoved(
  sides: readonly [ContractSide, ContractSide],
  matched: MatchedMethods,
  collector: Collector,
): readonly MethodComparison[] {
  const { removed, renamed, lostServices } = matched;
  const [, newer] = sides;
  for (const [service, other] of lostServices) reportService(service, other, sides, collector);
  for (const before of removed) {
    if (lostServices.has(before.service)) continue;
    const after = renamed.get(before);
    if (after !== undefined) {
      const parameters = {
        method: before.title,
        after: after.title,
        oldId: typeIdText(before.schemas.methodId),
        newId: typeIdText(after.schemas.methodId),
        advice: "keep the old method beside the new one until no old client is left",
      };
      const subjects = [before.title, after.title];
      collector.add(before.title, before.title, "VOX5021", after.method.span, parameters, gone, subjects);
      continue;
    }
    const place = placeOf(before, newer);
    const parameters = {
      method: before.title,
      advice: "mark it `@deprecated` first, and remove it when no old client is left",
    };
    collector.add(
      before.title,
      before.title,
      "VOX5020",
      place.span,
      parameters,
      gone,
      [before.title],
      place.related,
    );
  }
  return removed.map(({ title, schemas }) => {
    const { methodId: id } = schemas;
    return { method: title, id, status: "removed", args: nothing, response: nothing, ...gone };
  });
}

/** A removed method is shown at its service, as long as that is there. */
function placeOf(
  { service, method }: SideMethod,
  newer: ContractSide,
): { readonly span: Span; readonly related: readonly { span: Span; message: string }[] } {
  const kept = [...newer.services.values()].find(({ name }) => name === service.name);
  if (kept === undefined) return { span: method.span, related: [] };
  return { span: kept.span, related: [{ span: method.span, message: "as it was" }] };
}

function reportService(
  service: Service,
  other: Service | undefined,
  [older, newer]: readonly [ContractSide, ContractSide],
  collector: Collector,
): void {
  const { name, methods } = service;
  if (methods.length === 0) return;
  if (other !== undefined) {
    const parameters = {
      service: name,
      after: other.name,
      advice: "keep the old service beside the new one until no old client is left",
    };
    collector.add(name, name, "VOX5023", other.span, parameters, gone, [name, other.name]);
    return;
  }
  const count = methods.length === 1 ? "1 method" : `${methods.length} methods`;
  const advice = "mark it `@deprecated` first, and remove it when no old client is left";
  const path = older.pathOf(service.file);
  const file = newer.model.files.find((candidate) => newer.pathOf(candidate) === path);
  const place = file === undefined ? service.span : { file: file.path, start: 0, end: 0 };
  const related = file === undefined ? [] : [{ span: service.span, message: "as it was" }];
  collector.add(name, name, "VOX5022", place, { service: name, count, advice }, gone, [name], related);
}

function byPlace(a: ChangeFinding, b: ChangeFinding): number {
  const [x, y] = [a.diagnostic, b.diagnostic];
  if (x.span.file !== y.span.file) return x.span.file < y.span.file ? -1 : 1;
  return x.span.start - y.span.start || (x.code < y.code ? -1 : x.code > y.code ? 1 : 0);
}
