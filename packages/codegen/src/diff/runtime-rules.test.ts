/** The verdicts of the comparison are those of the runtime's rules: what the rules say changes what `breaking` says. */
import * as rules from "@voxrpc/runtime/internal/schema";
import { afterEach, describe, expect, it, vi } from "vitest";
import { compile } from "../compile.js";
import { memoryHost } from "../host/memory-host.js";
import type { Model } from "../model/model.js";
import { readArguments, readResponse } from "./plan-verdict.js";
import { type ContractSide, openSide, type SideMethod } from "./sides.js";

vi.mock("@voxrpc/runtime/internal/schema", async (original) => {
  const real = await original<typeof import("@voxrpc/runtime/internal/schema")>();
  const spied = ["decideArguments", "decideResponse", "findDisagreement"] as const;
  return { ...real, ...Object.fromEntries(spied.map((name) => [name, vi.fn(real[name])])) };
});

function sideOf(text: string): readonly [ContractSide, SideMethod] {
  const { model } = compile(memoryHost({ "/shop.vox": text }), ["/shop.vox"]);
  const side = openSide(model as Model, "/");
  const [method] = side.methods.values();
  if (method === undefined) throw new Error("no method");
  return [side, method];
}

const contract = (fields: string, response = "Item throws Refused") =>
  sideOf(`struct Item { ${fields} }
error enum Refused { Full, Closed { item: Item } }
service Shop { put(item: Item, all: map<string, Item[]>) -> ${response} }
`);

const older = contract("id: u64");
const newer = contract("id: u64, note: string?");

afterEach(() => vi.clearAllMocks());

describe("what one version makes of another", () => {
  it("is what the runtime finds where types differ", () => {
    expect(readArguments(older, newer)).toMatchObject({ verdict: "compatible", isStatic: false });
    const { ok, error } = readResponse(older, newer);
    expect([ok.verdict, error.verdict]).toEqual(["compatible", "compatible"]);
    expect(vi.mocked(rules.findDisagreement)).toHaveBeenCalledTimes(3);
  });

  it("is static where the runtime decides so", () => {
    vi.mocked(rules.decideArguments).mockReturnValueOnce(undefined);
    vi.mocked(rules.decideResponse).mockReturnValueOnce({ ok: undefined, user: undefined });
    const { ok, error } = readResponse(older, newer);
    expect([readArguments(older, newer), ok, error].map(({ isStatic }) => isStatic)).toEqual([
      true,
      true,
      true,
    ]);
    expect(vi.mocked(rules.findDisagreement)).not.toHaveBeenCalled();
  });

  it("breaks where the runtime finds that a plan describes another type", () => {
    vi.mocked(rules.findDisagreement).mockImplementation((node, shape) => ({ node, shape }));
    expect(readArguments(older, newer)).toMatchObject({ verdict: "breaking", problems: [{ code: "kind" }] });
    const { ok, error } = readResponse(older, newer);
    expect([ok.verdict, error.verdict]).toEqual(["breaking", "conditional"]);
  });

  it("is static for a server that returns nothing: its announcement says nothing about the values", () => {
    const { ok } = readResponse(contract("id: u64", "unit"), contract("id: u64", "u32"));
    expect(ok.isStatic).toBe(true);
  });
});
