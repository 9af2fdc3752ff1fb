import { compile } from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";
import { goodFiles, goodHost } from "../support/good-fixtures.js";

describe("good fixtures", () => {
  test.each([...goodFiles.keys()])("%s compiles", (path) => {
    const { model, diagnostics } = compile(goodHost, [`/${path}`]);
    expect(diagnostics).toEqual([]);
    expect(model?.files.at(-1)?.path).toBe(`/${path}`);
  });

  test("methods with channels are marked", () => {
    const { model } = compile(goodHost, ["/everything.vox"]);
    const methods = model?.files.at(-1)?.services.flatMap((service) => service.methods) ?? [];
    const withChannels = methods.filter((method) => method.hasChannels).map((method) => method.name);
    expect(withChannels).toEqual(["watch", "subscribe"]);
  });

  test("files come once, dependencies first", () => {
    const { model } = compile(goodHost, ["/everything.vox", "/comments.vox", "/imports/common.vox"]);
    expect(model?.files.map((file) => file.path)).toEqual([
      "/imports/deep/stamp.vox",
      "/imports/common.vox",
      "/comments.vox",
      "/everything.vox",
    ]);
  });

  test("the model is frozen to its leaves", () => {
    const { model } = compile(goodHost, ["/everything.vox"]);
    const [file] = model?.files ?? [];
    expect(Object.isFrozen(file?.types[0])).toBe(true);
    expect(() => Object.assign(file?.types[0] ?? {}, { name: "Other" })).toThrow(TypeError);
  });

  test("defaults have the values that are written", () => {
    const { model } = compile(goodHost, ["/everything.vox"]);
    const struct = model?.files.at(-1)?.types.find((type) => type.name === "Defaults");
    const values = struct?.kind === "struct" ? struct.fields.map((field) => [field.name, field.default]) : [];
    expect(Object.fromEntries(values)).toMatchObject({
      grouped: { kind: "integer", value: 1_000_000n },
      hexadecimal: { kind: "integer", value: 0xffffn },
      negative: { kind: "integer", value: -128n },
      largest: { kind: "integer", value: 2n ** 128n - 1n },
      exponent: { kind: "float", value: -0.001 },
      whole_float: { kind: "float", value: 3 },
      off: { kind: "bool", value: false },
      text: { kind: "string", value: 'quote " backslash \\ lines \r\n\t zero \0 smile 😀 é' },
      letter: { kind: "string", value: "ß" },
      nothing: { kind: "none" },
      no_entries: { kind: "empty" },
      weekday: { kind: "variant", variant: "Monday" },
    });
  });

  test("attributes reach the model", () => {
    const { model } = compile(goodHost, ["/everything.vox"]);
    const struct = model?.files.at(-1)?.types.find((type) => type.name === "Attributes");
    const fields = struct?.kind === "struct" ? struct.fields : [];
    const field = (name: string) => fields.find((one) => one.name === name);
    expect(struct?.deprecated).toBe("use Attributes2");
    expect(field("id")?.type).toEqual({ kind: "primitive", name: "u64", asNumber: true });
    expect(field("ids")?.type).toMatchObject({ kind: "option", element: { element: { asNumber: true } } });
    expect(field("matrix")?.type).toMatchObject({ kind: "array", typed: true, length: 16 });
    expect(field("must_be_said")?.required).toBe(true);
    expect(field("ids")?.required).toBe(false);
    expect(field("old")?.deprecated).toBe("nobody reads it");
  });
});
