import { describe, expect, it } from "vitest";
import { compile } from "../compile.js";
import { emitTypeScript } from "../emit/typescript/emit-typescript.js";
import { memoryHost } from "../host/memory-host.js";
import { exportNames } from "./export-names.js";

/** Types with the codecs that they have. A type without one claims no name: a method or another type may have it. */
const cases: readonly (readonly [text: string, codecs: readonly string[]])[] = [
  ["struct Point { x: u8 }", ["PointCodec"]],
  ["type Id = u64", ["IdCodec"]],
  ["enum Kind { A }", ["KindCodec"]],
  [
    "struct Page<T> { items: T[] } struct pageCodec { x: u8 } struct PageCodec { x: u8 }",
    ["PageCodecCodec", "Page_codec", "pageCodecCodec"],
  ],
  ["type Pair<T> = (T, T) struct pairCodec { x: u8 }", ["Pair_codec", "pairCodecCodec"]],
  ["enum Maybe<T> { Yes(T), No }", ["maybeCodec"]],
  ["struct Page<T> { items: T[] } struct Held { page: Page<u8> }", ["HeldCodec", "pageCodec"]],
  ["struct Line { out: Tx<u8> } struct LineCodec { x: u8 }", ["LineCodecCodec"]],
  [
    "struct Outer { inner: Inner? } struct Inner { out: Alias } type Alias = Rx<u8> struct OuterCodec { x: u8 }",
    ["OuterCodecCodec"],
  ],
  [
    "struct Box<T> { value: T } struct Boxed { box: Box<Tx<u8>> } struct BoxedCodec { x: u8 }",
    ["BoxedCodecCodec", "boxCodec"],
  ],
  ["struct Point { x: u8 } struct PointCodec { x: u8 }", ["PointCodecCodec", "Point_Codec"]],
];

describe("exportNames", () => {
  it.each(cases)("%s: its codecs are those that the file exports", (text, codecs) => {
    const { model, diagnostics } = compile(memoryHost({ "/a.vox": text }), ["/a.vox"]);
    const file = model?.files[0];
    if (model === undefined || file === undefined) throw new Error(JSON.stringify(diagnostics));
    const names = exportNames(file);
    expect([...names.codecs.values()].sort()).toEqual([...codecs].sort());
    const written = emitTypeScript(model, { baseDirectory: "/" })
      .map(({ text }) => text)
      .join("\n");
    const exported = [
      ...written.matchAll(/^export (?:const (\w+): \$\.Codec<|function (\w+)<.*\): \$\.Codec<)/gm),
    ].map(([, constant, made]) => constant ?? made);
    expect(exported.sort()).toEqual([...codecs].sort());
    const clashes = diagnostics.filter(({ code }) => code === "VOX2014");
    expect(clashes.length > 0).toBe(codecs.some((name) => name.includes("_")));
  });
});
