import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile } from "./compile.js";
import { memoryHost } from "./host/memory-host.js";

describe("compile", () => {
  test("the services of the recorded sessions", () => {
    const text = readFileSync(new URL("../../../fixtures/golden/session.vox", import.meta.url), "utf8");
    const { model, diagnostics } = compile(memoryHost({ "/session.vox": text }), ["/session.vox"]);
    expect(diagnostics).toEqual([]);
    expect(model?.files[0]?.services.map((service) => service.name)).toEqual(["Golden", "Back", "Missing"]);
  });
});
