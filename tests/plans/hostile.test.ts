/** Schemas of a peer that means harm: every set ends in a plan or in typed problems, within the limits. */
import { Reader } from "@voxrpc/runtime/gen/v1";
import {
  buildPlan,
  type PlanOutcome,
  planLimits,
  problemsText,
  problemText,
  type Schema,
  type SchemaKind,
  SkipCompiler,
  type TypeRef,
} from "@voxrpc/runtime/internal/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePlan } from "../../packages/runtime/src/plan/compile-plan.js";
import { DecodeFault } from "../../packages/runtime/src/postcard/faults.js";
import { depthReason } from "../../packages/runtime/src/postcard/nesting.js";
import { fieldShape, structShape, u8Shape } from "../../packages/runtime/src/shape/build.js";
import { Chance } from "../support/worlds.js";

/** A set of schemas that is put together by hand. */
class SchemaSet {
  private readonly byId = new Map<bigint, Schema>();
  private next = 1n;

  readonly lookup = (id: bigint): Schema | undefined => this.byId.get(id);

  /** An id for a schema that is described later. */
  reserve(): bigint {
    this.next += 1n;
    return this.next - 1n;
  }

  add(kind: SchemaKind, typeParams: readonly string[] = [], id: bigint = this.reserve()): TypeRef {
    this.byId.set(id, { id, typeParams, kind });
    return ref(id);
  }

  struct(
    name: string,
    fields: Readonly<Record<string, TypeRef>>,
    params?: readonly string[],
    id?: bigint,
  ): TypeRef {
    const list = Object.entries(fields).map(([field, typeRef]) => ({ name: field, typeRef, required: true }));
    return this.add({ tag: "struct", name, fields: list }, params, id);
  }

  primitive(primitiveType: "u8" | "u32" | "unit" | "string" | "never"): TypeRef {
    return this.add({ tag: "primitive", primitiveType });
  }
}

function ref(typeId: bigint, ...args: readonly TypeRef[]): TypeRef {
  return { tag: "concrete", typeId, args };
}

const variable: TypeRef = { tag: "var", name: "T" };

/** What our side expects: one field of the name that hostile structs have too. */
const ours = new SchemaSet();
const oursRoot = ours.struct("S", { k: ours.primitive("u8") });
const oursShape = structShape("S", () => [fieldShape("k", "k", u8Shape)]);

/** The peer's struct S with `k`, and a field that we skip. */
function withSkipped(set: SchemaSet, skipped: TypeRef): PlanOutcome {
  const root = set.struct("S", { k: set.primitive("u8"), skipped });
  return buildPlan(root, set.lookup, oursRoot, ours.lookup);
}

/** The peer's schemas against themselves. */
function withItself(set: SchemaSet, root: TypeRef): PlanOutcome {
  return buildPlan(root, set.lookup, root, set.lookup);
}

function read(outcome: PlanOutcome, bytes: readonly number[]): unknown {
  if (outcome.plan === undefined) throw new Error(problemsText(outcome.problems));
  const r = new Reader();
  r.reset(Uint8Array.from(bytes));
  return compilePlan(outcome.plan, oursShape)(r);
}

function codes(outcome: PlanOutcome): readonly string[] {
  return outcome.problems.map(({ code }) => code);
}

/** A generic struct whose field is itself with another argument. */
function growing(set: SchemaSet, grow: (argument: TypeRef) => TypeRef): TypeRef {
  const id = set.reserve();
  set.struct("G", { v: ref(id, grow(variable)), k: set.primitive("u8") }, ["T"], id);
  return ref(id, set.primitive("u8"));
}

describe("schemas without end", () => {
  it("a struct that contains itself directly is skipped no deeper than any value", () => {
    const set = new SchemaSet();
    const id = set.reserve();
    set.struct("Endless", { again: ref(id) }, [], id);
    expect(() => read(withSkipped(set, ref(id)), [7, 1, 2, 3])).toThrow(depthReason);
    expect(codes(withItself(set, ref(id)))).toEqual([]);
  });

  it("a list that is its own element is read as far as there are bytes", () => {
    const set = new SchemaSet();
    const id = set.reserve();
    set.add({ tag: "list", element: ref(id) }, [], id);
    const outcome = withSkipped(set, ref(id));
    expect(read(outcome, [7, 1, 1, 1, 0])).toEqual({ k: 7 });
    expect(() => read(outcome, [7, ...new Array(1000).fill(1)])).toThrow(depthReason);
    expect(() => read(outcome, [7, 200, 1, 0])).toThrow("unexpected EOF");
  });

  it("a recursion with many types between its levels ends before the stack does", () => {
    const set = new SchemaSet();
    const byte = set.primitive("u8");
    const first = set.reserve();
    let inner = set.add({ tag: "list", element: ref(first) });
    for (let level = 0; level < 120; level++) inner = set.struct(`C${level}`, { b: byte, inner, c: byte });
    set.struct("First", { b: byte, inner, c: byte }, [], first);
    const outcome = withSkipped(set, ref(first));
    expect(() => read(outcome, [7, ...new Array(100_000).fill(1)])).toThrow(/deeper than 3\d levels/);
  });

  it("an argument that grows at each level ends at the depth limit", () => {
    for (const wrap of ["list", "option"] as const) {
      const set = new SchemaSet();
      const container = set.add({ tag: wrap, element: variable }, ["T"]);
      const root = growing(set, (argument) => ({ ...container, args: [argument] }) as TypeRef);
      expect(codes(withItself(set, root))).toEqual(["limit"]);
      expect(withItself(set, root).problems.map(problemText)).toEqual([
        "the schemas cannot be compared: types nested deeper than 128",
      ]);
      expect(codes(withSkipped(set, root))).toEqual(["limit"]);
    }
  });

  it("an argument that doubles at each level ends at the depth limit, too", () => {
    const set = new SchemaSet();
    const pair = set.add({ tag: "tuple", elements: [variable, variable] }, ["T"]);
    const root = growing(set, (argument) => ({ ...pair, args: [argument, argument] }) as TypeRef);
    expect(codes(withItself(set, root))).toEqual(["limit"]);
  });

  it("a tree of types that doubles at each level is looked at once per type, and named briefly", () => {
    const set = new SchemaSet();
    let type = set.primitive("u8");
    let other = set.primitive("u32");
    for (let level = 0; level < 100; level++) {
      type = set.add({ tag: "tuple", elements: [type, type] });
      other = set.add({ tag: "tuple", elements: [other, other] });
    }
    expect(withItself(set, type).plan?.nodes).toHaveLength(101);
    const { problems } = buildPlan(type, set.lookup, other, set.lookup);
    expect(problems.map(({ code }) => code)).toEqual(["kind"]);
    const { problems: named } = buildPlan(type, set.lookup, oursRoot, ours.lookup);
    expect(problemsText(named).length).toBeLessThan(2000);
  });
});

describe("schemas that are too large", () => {
  it("more fields than a plan may have are refused before they are compared", () => {
    const set = new SchemaSet();
    const byte = set.primitive("u8");
    const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`f${i}`, byte]));
    expect(codes(withItself(set, set.struct("S", many)))).toEqual(["limit"]);
    expect(codes(withSkipped(set, set.struct("S", many)))).toEqual(["limit"]);
  });

  it("many uses of one large generic count each time", () => {
    const set = new SchemaSet();
    const id = set.reserve();
    const byte = set.primitive("u8");
    const boxes = Array.from({ length: 4 }, () => set.add({ tag: "list", element: variable }, ["T"]));
    const deeper = boxes.map(
      (box, i) => [`g${i}`, ref(id, { ...box, args: [variable] } as TypeRef)] as const,
    );
    const flat = Array.from({ length: 5000 }, (_, i) => [`f${i}`, byte] as const);
    set.struct("Wide", Object.fromEntries([...flat, ...deeper]), ["T"], id);
    expect(codes(withItself(set, ref(id, byte)))).toEqual(["limit"]);
    expect(codes(withSkipped(set, ref(id, byte)))).toEqual(["limit"]);
  });

  it("texts stay short, however long the names and however many the problems", () => {
    const set = new SchemaSet();
    const byte = set.primitive("u8");
    const name = "n".repeat(5000);
    const long = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${name}${i}`, byte]));
    const root = set.struct("S", { ...long, k: set.struct(name, {}) });
    const own = new SchemaSet();
    const wanted = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`w${i}`, own.primitive("u8")]));
    const outcome = buildPlan(
      root,
      set.lookup,
      own.struct("S", { ...wanted, k: own.primitive("u8") }),
      own.lookup,
    );
    expect(outcome.problems.length).toBeLessThanOrEqual(100);
    expect(problemsText(outcome.problems).length).toBeLessThan(6000);
  });
});

describe("schemas that do not hold together", () => {
  it("dangling ids are named, on the way and where something is skipped", () => {
    const set = new SchemaSet();
    const root = set.struct("S", { k: ref(99n) });
    const read = buildPlan(root, set.lookup, oursRoot, ours.lookup);
    expect(read.problems.map(problemText)).toEqual([
      "at .k: remote schema not found for type ID SchemaHash(99)",
    ]);
    expect(codes(withSkipped(set, ref(98n)))).toEqual(["unknown-schema"]);
    expect(codes(withItself(set, ref(97n)))).toEqual(["unknown-schema"]);
    const option = set.add({ tag: "option", element: variable }, ["T"]);
    expect(codes(withSkipped(set, { ...option, args: [ref(96n)] } as TypeRef))).toEqual(["unknown-schema"]);
  });

  it("a missing argument leaves a variable, which is named; too many do no harm", () => {
    const set = new SchemaSet();
    const list = set.add({ tag: "list", element: variable }, ["T"]);
    expect(withItself(set, list).problems.map(problemText)).toEqual([
      expect.stringContaining('TypeParamName("T")'),
    ]);
    const byte = set.primitive("u8");
    const generous: TypeRef = { ...list, args: [byte, byte, byte] } as TypeRef;
    expect(read(withSkipped(set, generous), [7, 2, 1, 1])).toEqual({ k: 7 });
  });

  it("indexes that are no positions are taken by position", () => {
    const set = new SchemaSet();
    const payload = { tag: "unit" } as const;
    const odd = set.add({
      tag: "enum",
      name: "E",
      variants: [
        { name: "A", index: 4_294_967_295, payload },
        { name: "B", index: 4_294_967_295, payload },
      ],
    });
    expect(read(withSkipped(set, odd), [7, 1])).toEqual({ k: 7 });
    expect(() => read(withSkipped(set, odd), [7, 2])).toThrow("variant index 2");
  });
});

describe("values that are skipped", () => {
  it("elements without bytes cost nothing, however many a schema promises", () => {
    const set = new SchemaSet();
    const unit = set.primitive("unit");
    const array = set.add({ tag: "array", element: unit, length: 2n ** 63n });
    expect(read(withSkipped(set, array), [7])).toEqual({ k: 7 });
    const nested = set.add({ tag: "array", element: array, length: 2n ** 63n });
    expect(read(withSkipped(set, nested), [7])).toEqual({ k: 7 });
    const list = set.add({ tag: "list", element: unit });
    const count = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    expect(() => read(withSkipped(set, list), [7, ...count])).toThrow("65536 elements");
  });

  it("arrays and lists that are longer than the input end at once", () => {
    const set = new SchemaSet();
    for (const element of [set.primitive("u8"), set.primitive("string"), set.primitive("never")]) {
      const array = set.add({ tag: "array", element, length: 2n ** 60n });
      expect(() => read(withSkipped(set, array), [7, 0, 0, 0])).toThrow("unexpected EOF");
      const list = set.add({ tag: "list", element });
      expect(() => read(withSkipped(set, list), [7, 0xff, 0xff, 0xff, 0xff, 0x0f])).toThrow("unexpected EOF");
    }
    expect(() => read(withSkipped(set, set.primitive("never")), [7, 0])).toThrow("bytes for never primitive");
  });
});

const kinds = ["struct", "enum", "tuple", "list", "map", "array", "option", "channel", "primitive"] as const;

/** Schemas of random kinds that refer to each other, to nothing and to variables at random. */
function randomSet(chance: Chance): {
  readonly root: TypeRef;
  readonly lookup: (id: bigint) => Schema | undefined;
} {
  const size = 2 + chance.integer(8);
  const byId = new Map<bigint, Schema>();
  const any = (depth: number): TypeRef => {
    if (chance.once(8)) return { tag: "var", name: chance.pick(["T", "U"]) };
    const args = depth === 0 ? [] : Array.from({ length: chance.integer(3) }, () => any(depth - 1));
    return ref(BigInt(chance.integer(chance.once(20) ? size + 2 : size)), ...args);
  };
  const field = (): { name: string; typeRef: TypeRef; required: boolean } => ({
    name: chance.pick(["a", "b", "c"]),
    typeRef: any(2),
    required: chance.once(2),
  });
  const fields = () => Array.from({ length: chance.integer(4) }, field);
  const kind = (): SchemaKind => {
    const tag = chance.pick(kinds);
    switch (tag) {
      case "struct":
        return { tag, name: chance.pick(["S", "Q"]), fields: fields() };
      case "enum":
        return {
          tag,
          name: "E",
          variants: Array.from({ length: chance.integer(3) }, (_, index) => ({
            name: chance.pick(["A", "B"]),
            index,
            payload: chance.pick([
              { tag: "unit" } as const,
              { tag: "newtype", typeRef: any(2) } as const,
              { tag: "struct", fields: fields() } as const,
            ]),
          })),
        };
      case "tuple":
        return { tag, elements: Array.from({ length: chance.integer(3) }, () => any(2)) };
      case "map":
        return { tag, key: any(1), value: any(2) };
      case "array":
        return { tag, element: any(1), length: BigInt(chance.integer(1000)) ** 3n };
      case "channel":
        return { tag, direction: chance.pick(["tx", "rx"] as const), element: any(1) };
      case "primitive":
        return {
          tag,
          primitiveType: chance.pick(["u8", "u32", "unit", "bytes", "never", "string"] as const),
        };
      default:
        return { tag, element: any(2) };
    }
  };
  for (let id = 0; id < size; id++) {
    const typeParams = chance.pick([[], ["T"], ["T", "U"], ["T", "T"]]);
    byId.set(BigInt(id), { id: BigInt(id), typeParams, kind: kind() });
  }
  return { root: any(2), lookup: (id) => byId.get(id) };
}

describe("random sets", () => {
  it("against each other, against themselves and skipped: a plan or problems, and faults for bytes", () => {
    const seeds = fc.noShrink(fc.integer({ min: 0, max: 0xffff_ffff }));
    const seen = { plans: 0, problems: 0, limits: 0 };
    const limits = { ...planLimits, maxNodes: 5000 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const chance = new Chance(seed);
        const one = randomSet(chance);
        const other = chance.once(2) ? one : randomSet(chance);
        const outcome = buildPlan(one.root, one.lookup, other.root, other.lookup, limits);
        if (outcome.plan === undefined) {
          expect(outcome.problems.length).toBeGreaterThan(0);
          for (const problem of outcome.problems) expect(problemText(problem).length).toBeLessThan(4000);
          if (codes(outcome).includes("limit")) seen.limits += 1;
          seen.problems += 1;
        } else {
          expect(outcome.plan.nodes.length).toBeLessThanOrEqual(limits.maxNodes);
          seen.plans += 1;
        }
        const root: Schema = {
          id: 1_000_000n,
          typeParams: [],
          kind: { tag: "struct", name: "S", fields: [{ name: "x", typeRef: one.root, required: true }] },
        };
        const empty: Schema = { ...root, kind: { tag: "struct", name: "S", fields: [] } };
        const skipping = buildPlan(
          ref(root.id),
          (id) => (id === root.id ? root : one.lookup(id)),
          ref(empty.id),
          () => empty,
          limits,
        );
        const step = skipping.plan?.root.kind === "struct" ? skipping.plan.root.fields.steps[0] : undefined;
        if (step?.action !== "skip") return;
        const skip = new SkipCompiler().compile(step.skip);
        for (let left = 5; left > 0; left--) {
          const r = new Reader();
          r.reset(
            Uint8Array.from({ length: chance.integer(300) }, () => chance.integer(chance.once(2) ? 3 : 256)),
          );
          try {
            skip(r);
            expect(r.position).toBeLessThanOrEqual(r.end);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeFault);
          }
        }
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.plans, seen.problems)).toBeGreaterThan(100);
    expect(seen.limits).toBeGreaterThan(0);
  });
});
