/**
 * Problems of a vox 0.8.2 peer with changes that our peers read right: its compiled decoders misread some translations,
 * and it refuses others. Source: `protocol/schemas.md` §6, `golden/README.md`.
 */
import { isLayoutChange, type Reads, type TypeChange } from "./change.js";
import type { Collector } from "./collector.js";
import type { ComparedRoot } from "./compared-root.js";
import { turned } from "./method-reads.js";
import { isRecursionRefused } from "./peer-recursion.js";
import type { SideMethod } from "./sides.js";
import { changeText, isFromClient } from "./words.js";

/** Implementations whose readers differ from ours. */
export type PeerVersion = "vox-0.8.2";

/** The failure of the peer at a change. */
export interface PeerRisk {
  readonly kind: "misread" | "refused";
  /** Goes on after "a vox 0.8.2 client": `takes zero where the field is absent`. */
  readonly effect: string;
}

/**
 * The risk of one change for a reader of vox 0.8.2, where our reader takes the change.
 *
 * @param side which version the reader is built from
 * @param isRecursionRefused whether it refuses the root for a type that contains itself: it does, but for ids that do
 * not show the change
 * @returns undefined when the reader does the same as ours
 */
export function riskOf(
  change: TypeChange,
  side: keyof Reads,
  isRecursionRefused = true,
): PeerRisk | undefined {
  const { context, kind } = change;
  const misread = (effect: string): PeerRisk => ({ kind: "misread", effect });
  const isLayout = isLayoutChange(change);
  if (context.channel !== undefined) {
    if (!isLayout) return undefined;
    return context.channel === "tx"
      ? misread("writes items of channels in its own layout, without looking at the peer's")
      : misread("reads items of channels by its own layout, without looking at the peer's");
  }
  if (context.isInRecursion && isLayout && !isRecursionRefused) {
    return misread(
      "does not compare a circle of types whose ids are the same, and reads it by its own layout",
    );
  }
  const isHidden = context.isNested || context.isInVariant;
  if (context.isNested && isLayout) {
    return misread(
      "never compares what is inside a generic type inside itself, and reads it by its own layout",
    );
  }
  if (context.isInVariant && isLayout) {
    return misread("never compares the types of a struct variant's fields, and reads them by its own layout");
  }
  if (!isHidden && context.isInRecursion && isLayout) {
    return { kind: "refused", effect: "cannot translate a type that contains itself, and refuses it" };
  }
  const isAbsent =
    side === "oldReads"
      ? kind === "field-removed" || kind === "field-renamed"
      : kind === "field-added" || kind === "field-renamed";
  if (isAbsent && context.isOfVariant && change[side] === "breaking") {
    return misread("takes zero or an empty value where a field of a struct variant is absent");
  }
  if (change[side] === "breaking") {
    const isArray = kind === "length" && change.before.endsWith("]") && change.after.endsWith("]");
    return isArray
      ? misread("does not compare the lengths of fixed arrays, and reads by its own")
      : undefined;
  }
  if (context.isInOption && isLayout) {
    return misread("reads what is inside an option as if it had not changed");
  }
  if (isAbsent && !change.isFillZero) {
    const fill = side === "oldReads" ? change.fillBefore : change.fillAfter;
    return misread(`takes zero or an empty value where the field is absent, not ${fill}`);
  }
  return undefined;
}

/** Whether a reader of vox 0.8.2 refuses the root of these changes as ours does: then nothing of it is misread. */
export function isRefusedAnyway(changes: readonly TypeChange[], side: keyof Reads): boolean {
  return changes.some((change) => change[side] === "breaking" && riskOf(change, side) === undefined);
}

/** Warnings about one method. */
export function peerFindings(
  _peer: PeerVersion,
  parts: readonly ComparedRoot[],
  after: SideMethod,
  before: SideMethod,
  collector: Collector,
): void {
  const roots = [
    [parts.filter(isOfArguments).map(fromServer), before.schemas.args, after.schemas.args],
    [parts.filter((part) => !isOfArguments(part)), before.schemas.response, after.schemas.response],
  ] as const;
  for (const [root, was, is] of roots) {
    const isRecursive = root.some((part) => part.changes.some(({ context }) => context.isInRecursion));
    const isRefused = isRecursive && isRecursionRefused(was, is);
    const changes = root.flatMap((part) => part.changes);
    const oldRisk = risksOfRoot(root, "oldReads", isRefused);
    const newRisk = risksOfRoot(root, "newReads", isRefused);
    for (const part of root) {
      for (const change of part.changes) {
        reportRisks(change, part, oldRisk(change, part), newRisk(change, part), collector);
      }
    }
    reportTwoVersions(changes, after, before, collector);
  }
}

/** A root that is refused for one of its changes is not misread for another. */
function risksOfRoot(
  root: readonly ComparedRoot[],
  side: keyof Reads,
  isRecursive: boolean,
): (change: TypeChange, part: ComparedRoot) => PeerRisk | undefined {
  const risk = (change: TypeChange, part: ComparedRoot): PeerRisk | undefined =>
    errorRisk(change, part, side) ?? riskOf(change, side, isRecursive);
  const isRefused = root.some((part) =>
    part.changes.some((change) => risk(change, part)?.kind === "refused"),
  );
  const isRefusedByAll = root.some(
    ({ position, changes }) => position !== "error" && isRefusedAnyway(changes, side),
  );
  return (change, part) => {
    const found = isRefusedByAll ? undefined : risk(change, part);
    return isRefused && found?.kind === "misread" ? undefined : found;
  };
}

/** Channels are part of the arguments' type, whichever way their items go. */
function isOfArguments({ position }: ComparedRoot): boolean {
  return isFromClient(position) || position === "sent items";
}

/** Items of a Tx on the server: the server writes them, and does not know how its client reads. */
function fromServer(part: ComparedRoot): ComparedRoot {
  if (part.position !== "sent items") return part;
  return { ...part, changes: part.changes.map((change) => ({ ...change, ...turned(change) })) };
}

function reportRisks(
  change: TypeChange,
  part: ComparedRoot,
  oldRisk: PeerRisk | undefined,
  newRisk: PeerRisk | undefined,
  collector: Collector,
): void {
  const { where, position } = part;
  const { title, method } = part.method;
  const role = isFromClient(position) || position === "sent items" ? "server" : "client";
  const subjects = [change.member, title].filter((text) => text !== undefined);
  const isBoth = oldRisk?.effect === newRisk?.effect;
  const risks = isBoth
    ? [["", oldRisk] as const]
    : [[" built before", oldRisk] as const, [" built now", newRisk] as const];
  for (const [built, risk] of risks) {
    if (risk === undefined) continue;
    const parameters = {
      where,
      change: changeText(change, position),
      effect: `a vox 0.8.2 ${role}${built} ${risk.effect}`,
      advice: "add a method or a type of another name for such peers, or change both ends at once",
    };
    const key = [change.kind, change.member ?? `${where} ${change.path}`, role, built, risk.effect].join(" ");
    const code = risk.kind === "misread" ? "VOX5050" : "VOX5051";
    const compatible = { oldClient: "compatible", newClient: "compatible" } as const;
    collector.add(key, where, code, change.newSpan ?? method.span, parameters, compatible, subjects);
  }
}

/** A caller of vox 0.8.2 plans the whole response at once: an error that does not fit costs it the results too. */
function errorRisk(change: TypeChange, { position }: ComparedRoot, side: keyof Reads): PeerRisk | undefined {
  if (position !== "error") return undefined;
  const isDeclared = change.kind === "type" && (change.before === "never" || change.after === "never");
  const isRefused = isDeclared || isRefusedAnyway([change], side);
  return isRefused
    ? { kind: "refused", effect: "refuses every response of this method, results included" }
    : undefined;
}

function reportTwoVersions(
  changes: readonly TypeChange[],
  after: SideMethod,
  before: SideMethod,
  collector: Collector,
): void {
  const isReadable = changes.some((change) => isLayoutChange(change) || change.kind.startsWith("variant-"));
  if (!isReadable || before.title !== after.title) return;
  const parameters = {
    where: after.title,
    effect: "it keeps the decoder of the first version that it meets, and misreads the other",
    advice: "serve each version by a process of its own",
  };
  const compatible = { oldClient: "compatible", newClient: "compatible" } as const;
  collector.add("two versions", after.title, "VOX5052", after.method.span, parameters, compatible, [
    after.title,
  ]);
}
