import { describe, expect, it } from "vitest";
import { compile } from "../compile.js";
import { memoryHost } from "../host/memory-host.js";
import { type Allowed, applyAllowed } from "./allow.js";
import { compareModels } from "./compare.js";

const before =
  "struct P { id: u64, name: string }\nservice Shop { get(id: u64) -> P, @idempotent count() -> u64 }";

function allow(after: string, list: Parameters<typeof applyAllowed>[2] = []): Allowed {
  const versions = [before, after].map((text, i) => {
    const path = `/v${i}/main.vox`;
    return compile(memoryHost({ [path]: text }), [path]);
  });
  const [older, newer] = versions;
  if (older?.model === undefined || newer?.model === undefined) throw new Error("does not compile");
  const { findings } = compareModels(older.model, newer.model, { oldBase: "/v0", newBase: "/v1" });
  return applyAllowed(findings, newer.files, list);
}

const codes = ({ findings }: Allowed): readonly string[] => findings.map(({ diagnostic }) => diagnostic.code);
const reasons = ({ allowed }: Allowed): readonly string[] => allowed.map(({ reason }) => reason);

const broken = "struct P { id: u64 }\nservice Shop { get(id: u64) -> P, @idempotent count() -> u64 }";

describe("applyAllowed", () => {
  it("lets nothing pass that is not allowed", () => {
    expect(codes(allow(broken))).toEqual(["VOX5003"]);
  });

  it.each([
    "// vox-allow VOX5003: because",
    "  //vox-allow VOX5003:because",
    "// vox-allow VOX5003: because\n\n// Another comment.\n/// Documentation.",
    "// vox-allow VOX5003:   because  ",
  ])("takes the comment %j before the next declaration", (comment) => {
    const result = allow(`${comment}\n${broken}`);
    expect(codes(result)).toEqual([]);
    expect(reasons(result)).toEqual(["because"]);
  });

  it("passes over attributes on their own lines", () => {
    const result = allow(
      'struct P { id: u64, name: string }\nservice Shop {\n get(id: u64) -> P\n // vox-allow VOX5030: because\n @deprecated("x")\n @persist\n count() -> u64\n}',
    );
    expect(codes(result)).toEqual(["VOX5033"]);
    expect(reasons(result)).toEqual(["because"]);
  });

  it.each([
    ["// vox-allow VOX5003", ["VOX5003", "VOX5060"]],
    ["// vox-allow VOX5003: ", ["VOX5003", "VOX5060"]],
    ["// vox-allow VOX5001: another code", ["VOX5003", "VOX5062"]],
    ["// vox-allow VOX1234: no finding of changes", ["VOX5003", "VOX5061"]],
    ["// vox-allow VOX5070: the lock cannot be allowed", ["VOX5003", "VOX5061"]],
    ["// vox-allow", ["VOX5003", "VOX5061"]],
    ["// vox-allow VOX5003: too early\nstruct Q {}", ["VOX5003", "VOX5062"]],
  ])("does not take %j", (comment, expected) => {
    expect([...codes(allow(`${comment}\n${broken}`))].sort()).toEqual(expected);
  });

  it("takes a list by member or by method, and tells what it does not need", () => {
    const entry = (code: string, at: string) => ({ code, at, reason: "listed" });
    for (const at of ["P.name", "Shop.get"]) {
      const result = allow(broken, [entry("VOX5003", at), entry("VOX5003", "P.other"), entry("VOX5001", at)]);
      expect(codes(result)).toEqual([]);
      expect(reasons(result)).toEqual(["listed"]);
      expect(result.unused).toEqual([entry("VOX5003", "P.other"), entry("VOX5001", at)]);
    }
  });
});
