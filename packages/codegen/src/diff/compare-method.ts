/** Two versions of one method: verdicts of the plan, and findings as text. */

import { type PlanProblem, problemText } from "@voxrpc/runtime/internal/schema";
import type { Argument, Method } from "../model/model.js";
import type { ConcreteType } from "../schema/concrete-type.js";
import { adviceOf } from "./advice.js";
import {
  atMostConditional,
  isLayoutChange,
  type Reads,
  type TypeChange,
  type Verdict,
  worst,
} from "./change.js";
import type { Collector } from "./collector.js";
import type { ComparedRoot } from "./compared-root.js";
import { concreteText } from "./concrete-text.js";
import type { ChangeCode, Compatibility } from "./finding.js";
import {
  capped,
  compatibilityOf,
  countText,
  type PlanReads,
  relatedOf,
  throwsChange,
  turned,
  unseen,
} from "./method-reads.js";
import { type PeerVersion, peerFindings } from "./peer.js";
import { argumentsType, readArguments, readResponse, responseType } from "./plan-verdict.js";
import type { SameTypes } from "./same-types.js";
import type { ContractSide, SideMethod } from "./sides.js";
import { unclearTypes } from "./unclear.js";
import { TypeWalk } from "./walk.js";
import { startAt } from "./walk-place.js";
import { changeText, effectText, harmlessText, isFromClient, pathText } from "./words.js";

/** How two versions of a method get along. */
export interface MethodComparison extends Compatibility {
  /** `Catalog.search`, as the new version has it; as the old one has it when it is gone. */
  readonly method: string;
  readonly id: bigint;
  readonly status: "kept" | "added" | "removed";
  /** Arguments, and what an Rx carries: written by the client. */
  readonly args: Reads;
  /** Results and declared errors: written by the server. */
  readonly response: Reads;
}

export interface MethodOptions {
  readonly peer: PeerVersion | undefined;
  readonly same: SameTypes;
}

/** Compares a method that both versions have. */
export function compareMethod(
  [older, before]: readonly [ContractSide, SideMethod],
  [newer, after]: readonly [ContractSide, SideMethod],
  collector: Collector,
  { peer, same }: MethodOptions,
): MethodComparison {
  const isSame =
    same.areSame(argumentsType(older, before), argumentsType(newer, after)) &&
    same.areSame(responseType(older, before), responseType(newer, after));
  if (isSame) return unchanged(after);
  const comparer = new MethodComparer([older, before], [newer, after], collector);
  const result = comparer.run();
  if (peer !== undefined) peerFindings(peer, comparer.parts, after, before, collector);
  return result;
}

function unchanged({ title, schemas }: SideMethod): MethodComparison {
  const reads: Reads = { oldReads: "compatible", newReads: "compatible" };
  const compatibility: Compatibility = { oldClient: "compatible", newClient: "compatible" };
  return {
    method: title,
    id: schemas.methodId,
    status: "kept",
    args: reads,
    response: reads,
    ...compatibility,
  };
}

class MethodComparer {
  readonly parts: ComparedRoot[] = [];
  readonly #older: ContractSide;
  readonly #newer: ContractSide;
  readonly #before: SideMethod;
  readonly #after: SideMethod;
  readonly #collector: Collector;

  constructor(
    [older, before]: readonly [ContractSide, SideMethod],
    [newer, after]: readonly [ContractSide, SideMethod],
    collector: Collector,
  ) {
    this.#older = older;
    this.#newer = newer;
    this.#before = before;
    this.#after = after;
    this.#collector = collector;
  }

  get #versions(): Readonly<Record<"before" | "after", readonly [ContractSide, SideMethod]>> {
    return { before: [this.#older, this.#before], after: [this.#newer, this.#after] };
  }

  run(): MethodComparison {
    const args = this.#compareArguments();
    const response = this.#compareResponse();
    return {
      method: this.#after.title,
      id: this.#after.schemas.methodId,
      status: "kept",
      args,
      response,
      // Arguments are read by the server, responses by the client.
      oldClient: worst(args.newReads, response.oldReads),
      newClient: worst(args.oldReads, response.newReads),
    };
  }

  #compareArguments(): Reads {
    const before = this.#before;
    const after = this.#after;
    const plan: PlanReads = {
      oldReads: readArguments(this.#versions.after, this.#versions.before),
      newReads: readArguments(this.#versions.before, this.#versions.after),
    };
    const [was, is] = [before.method.args, after.method.args];
    const where = `${after.title} arguments`;
    if (was.length !== is.length) {
      const reads: Reads = { oldReads: "breaking", newReads: "breaking" };
      const change = `takes ${countText(is)} instead of ${countText(was)}`;
      this.#collector.add(
        where,
        where,
        "VOX5008",
        after.method.span,
        {
          where: after.title,
          change,
          effect: effectText(reads, "arguments"),
          advice: "add a method; a single struct as argument may get fields later",
        },
        { oldClient: "breaking", newClient: "breaking" },
        [after.title],
      );
      return reads;
    }
    const sets = was.map((one, i) => this.#walkArgument(one, is[i] as Argument, was.length));
    const plain = sets.flatMap(({ changes }) =>
      changes.filter(({ context }) => context.channel === undefined),
    );
    const rx = sets.flatMap(({ changes }) => changes.filter(({ context }) => context.channel === "rx"));
    const tx = sets.flatMap(({ changes }) => changes.filter(({ context }) => context.channel === "tx"));
    const reads = this.#report(plan, [
      { where, position: "arguments", method: after, changes: plain },
      { where: `${after.title} received items`, position: "received items", method: after, changes: rx },
      { where: `${after.title} sent items`, position: "sent items", method: after, changes: tx },
    ]);
    return reads;
  }

  #walkArgument(before: Argument, after: Argument, count: number): TypeWalk {
    const walk = this.#walkOf(argumentsType);
    const place = startAt(after.name, before.span, after.span, `tuple${count}`);
    walk.pair(
      this.#older.cache.types.resolve(before.type),
      this.#newer.cache.types.resolve(after.type),
      place,
    );
    return walk;
  }

  /** @param rootOf the type that is announced */
  #walkOf(rootOf: (side: ContractSide, method: SideMethod) => ConcreteType): TypeWalk {
    const oldTypes = this.#older.cache.types;
    const newTypes = this.#newer.cache.types;
    return new TypeWalk(oldTypes, newTypes, [
      unclearTypes(rootOf(this.#older, this.#before), oldTypes),
      unclearTypes(rootOf(this.#newer, this.#after), newTypes),
    ]);
  }

  #compareResponse(): Reads {
    const before = this.#before;
    const after = this.#after;
    const oldReads = readResponse(this.#versions.after, this.#versions.before);
    const newReads = readResponse(this.#versions.before, this.#versions.after);
    const ok = this.#walkResult(before.method.returns, after.method.returns);
    const okReads = this.#report({ oldReads: oldReads.ok, newReads: newReads.ok }, [
      { where: `${after.title} response`, position: "response", method: after, changes: ok },
    ]);
    const errorReads = this.#compareError({ oldReads: oldReads.error, newReads: newReads.error });
    return {
      oldReads: worst(okReads.oldReads, errorReads.oldReads),
      newReads: worst(okReads.newReads, errorReads.newReads),
    };
  }

  #walkResult(before: Method["returns"], after: Method["returns"]): readonly TypeChange[] {
    const walk = this.#walkOf(responseType);
    const place = startAt("", this.#before.method.span, this.#after.method.span, "result");
    walk.pair(this.#older.cache.types.resolve(before), this.#newer.cache.types.resolve(after), place);
    return walk.changes;
  }

  #compareError(plan: PlanReads): Reads {
    const before = this.#before;
    const after = this.#after;
    const [was, is] = [before.method.throws, after.method.throws];
    if (was !== undefined && is !== undefined) {
      const where = `${after.title} error`;
      return this.#report(plan, [
        { where, position: "error", method: after, changes: this.#walkResult(was, is) },
      ]);
    }
    if (was === undefined && is === undefined) return { oldReads: "compatible", newReads: "compatible" };
    const isAdded = is !== undefined;
    const type = isAdded
      ? this.#newer.cache.types.resolve(is)
      : this.#older.cache.types.resolve(was as Method["returns"]);
    const reads: Reads = isAdded
      ? { oldReads: "conditional", newReads: "compatible" }
      : { oldReads: "compatible", newReads: "conditional" };
    const change = isAdded ? `throws ${concreteText(type)} now` : `no longer throws ${concreteText(type)}`;
    const effect = isAdded
      ? "a client built before gets InvalidPayload in its place"
      : "a new client gets InvalidPayload where a server built before answers with it";
    const advice = isAdded
      ? "deploy clients first; they know the error before a server answers with it"
      : "deploy servers first; they stop answering with it before clients drop it";
    this.#collector.add(
      after.title,
      after.title,
      "VOX5016",
      after.method.span,
      { where: after.title, change, effect, advice },
      compatibilityOf(reads, "error"),
      [after.title],
    );
    const errorChange: TypeChange = throwsChange(isAdded, type, after.method.span);
    this.parts.push({
      where: `${after.title} error`,
      position: "error",
      method: after,
      changes: [errorChange],
    });
    return reads;
  }

  /** Reports the parts of one root, and gives its verdict: that of the plan, and what the plan cannot see. */
  #report(plan: PlanReads, compared: readonly ComparedRoot[]): Reads {
    this.parts.push(...compared);
    // Items of a Tx are read at the other end than the arguments that carry it.
    const planOf = ({ position }: ComparedRoot): PlanReads =>
      position === "sent items" ? turned(plan) : plan;
    const parts = compared.map((part) => unseen(part, planOf(part)));
    const changes = parts.flatMap((part): readonly Reads[] =>
      part.position === "sent items" ? part.changes.map((change) => turned<Verdict>(change)) : part.changes,
    );
    const isError = parts[0]?.position === "error";
    const cap = isError ? atMostConditional : (verdict: Verdict): Verdict => verdict;
    const seen: Reads = {
      oldReads: worst(...changes.map(({ oldReads }) => oldReads)),
      newReads: worst(...changes.map(({ newReads }) => newReads)),
    };
    for (const part of parts) {
      for (const change of part.changes) this.#reportChange(change, part, planOf(part), isError);
    }
    for (const side of ["oldReads", "newReads"] as const) {
      const reading = plan[side];
      const [first] = reading.problems;
      const [part] = parts;
      if (first !== undefined && seen[side] !== "breaking" && part !== undefined) {
        this.#reportProblem(part, side, reading.problems);
      }
    }
    return {
      oldReads: worst(plan.oldReads.verdict, cap(seen.oldReads)),
      newReads: worst(plan.newReads.verdict, cap(seen.newReads)),
    };
  }

  #reportProblem(part: ComparedRoot, side: keyof Reads, problems: readonly PlanProblem[]): void {
    const reads: Reads = { oldReads: "compatible", newReads: "compatible", [side]: "breaking" };
    const [problem] = problems;
    if (problem === undefined) return;
    this.#collector.add(
      `${part.where} ${side} ${problem.path}`,
      part.where,
      "VOX5012",
      this.#after.method.span,
      {
        where: part.where,
        problem: problemText(problem),
        effect: effectText(reads, part.position),
        advice:
          "one schema describes all instances of a generic type, results included: keep the order of such fields, or use a struct for each",
      },
      compatibilityOf(part.position === "error" ? capped(reads) : reads, part.position),
      [this.#after.title],
    );
  }

  #reportChange(change: TypeChange, part: ComparedRoot, plan: PlanReads, isError: boolean): void {
    const { where, position } = part;
    const collector = this.#collector;
    const subjects = [change.member, this.#after.title].filter((text) => text !== undefined);
    const key = [change.kind, change.member ?? `${where} ${change.path}`, change.before, change.after].join(
      " ",
    );
    const harmless = harmlessText(change, position);
    if (harmless !== undefined) collector.addHarmless(key, where, harmless, subjects);
    const span = change.newSpan ?? this.#after.method.span;
    const related = relatedOf(change);
    if (change.kind === "default" || change.kind === "required") {
      const path = change.member ?? pathText(change.path, position);
      const { before, after } = change;
      const both: Compatibility = { oldClient: "compatible", newClient: "compatible" };
      if (change.kind === "default") {
        const advice = "send the field always, or give it another name";
        collector.add(key, where, "VOX5034", span, { path, before, after, advice }, both, subjects);
      } else if (after === "required") {
        const advice = "keep the default until no peer is left that lacks the field";
        collector.add(key, where, "VOX5035", span, { path, advice }, both, subjects);
      }
      return;
    }
    if (change.oldReads === "compatible" && change.newReads === "compatible") return;
    const reads = isError ? capped(change) : change;
    const compatibility = compatibilityOf(reads, position);
    const isHidden =
      ((plan.oldReads.isStatic || plan.newReads.isStatic) && isLayoutChange(change)) ||
      (change.oldReads === "breaking" && plan.oldReads.problems.length === 0) ||
      (change.newReads === "breaking" && plan.newReads.problems.length === 0);
    const effect = effectText(change, position);
    const advice = adviceOf(change, position);
    const full = `${key} ${isFromClient(position)} ${change.oldReads} ${change.newReads}`;
    if (isHidden) {
      const hidden = {
        where,
        change: changeText(change, position),
        effect: "values are misread or refused",
        advice: "give the type another name, or the field: the peers then notice",
      };
      collector.add(`${full} ${where}`, where, "VOX5011", span, hidden, compatibility, subjects, related);
      return;
    }
    if (position === "sent items" && (change.oldReads === "breaking" || change.newReads === "breaking")) {
      const refused = {
        where,
        change: changeText(change, position),
        effect,
        advice,
      };
      collector.add(full, where, "VOX5010", span, refused, compatibility, subjects, related);
      return;
    }
    const { before, after } = change;
    const path = pathText(change.path, position);
    const add = (code: ChangeCode, more: Readonly<Record<string, string>> = {}): void =>
      collector.add(
        full,
        where,
        code,
        span,
        { where, path, before, after, effect, advice, ...more } as never,
        compatibility,
        subjects,
        related,
      );
    switch (change.kind) {
      case "field-added":
        add("VOX5002");
        break;
      case "field-removed":
        add("VOX5003");
        break;
      case "field-renamed":
        add("VOX5004");
        break;
      case "type-name":
        add("VOX5005", { replaced: this.#isRename(before, after) ? "renamed to" : "replaced by" });
        break;
      case "payload":
        add("VOX5006");
        break;
      case "length":
        add("VOX5007");
        break;
      case "direction":
        add("VOX5009");
        break;
      case "variant-added":
        add("VOX5013");
        break;
      case "variant-removed":
        add("VOX5014");
        break;
      case "variant-renamed":
        add("VOX5015");
        break;
      default:
        add("VOX5001");
        break;
    }
  }

  /** Whether a type only got another name: the old one is nowhere in the new version, and the other way round. */
  #isRename(before: string, after: string): boolean {
    const has = (side: ContractSide, name: string): boolean =>
      side.model.files.some((file) => file.types.some((type) => type.name === name));
    return !has(this.#newer, before) && !has(this.#older, after);
  }
}
