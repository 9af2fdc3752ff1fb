import { describe, expect, it } from "vitest";
import { minBytes, recursiveShapes } from "./analysis.js";
import {
  arrayShape,
  boolShape,
  charShape,
  enumShape,
  f64Shape,
  fieldShape,
  listShape,
  mapShape,
  newtypeVariant,
  optionShape,
  resultShape,
  stringShape,
  structShape,
  tupleShape,
  u8Shape,
  unitShape,
  unitVariant,
} from "./build.js";
import type { Shape, StructShape } from "./shape.js";

const tree: StructShape = structShape("Tree", () => [
  fieldShape("label", "label", stringShape),
  fieldShape("children", "children", listShape(tree)),
]);
const negation: Shape = enumShape("Negation", false, [
  newtypeVariant("Not", () => negation),
  unitVariant("True"),
]);
const point = structShape("Point", () => [fieldShape("x", "x", f64Shape), fieldShape("y", "y", f64Shape)]);

describe("minBytes", () => {
  it.each<[string, Shape, number]>([
    ["unit", unitShape, 0],
    ["bool", boolShape, 1],
    ["char", charShape, 2],
    ["Point", point, 16],
    ["Point?", optionShape(point), 1],
    ["Point[]", listShape(point), 1],
    ["Point[3]", arrayShape(point, 3), 48],
    ["Tree[0]", arrayShape(tree, 0), 0],
    ["map", mapShape(point, point), 1],
    ["result<Point, unit>", resultShape(point, unitShape), 1],
    ["(u8, Point)", tupleShape([u8Shape, point]), 17],
    ["Tree", tree, 2],
    ["Negation", negation, 1],
  ])("%s", (_name, shape, bytes) => {
    expect(minBytes(shape)).toBe(bytes);
  });
});

describe("recursiveShapes", () => {
  it("are those that contain themselves, however far down", () => {
    const forest = structShape("Forest", () => [fieldShape("trees", "trees", listShape(tree))]);
    expect([...recursiveShapes(forest)]).toEqual([tree]);
    expect([...recursiveShapes(negation)]).toEqual([negation]);
    expect(recursiveShapes(point).size).toBe(0);
  });

  it("are also found in what channels carry", () => {
    const item = { shape: tree, write: () => 0, read: () => undefined };
    const channel: Shape = { kind: "channel", direction: "rx", item, read: () => undefined };
    expect([...recursiveShapes(tupleShape([channel]))]).toEqual([tree]);
  });

  it("end also for shapes that a getter makes at each access", () => {
    const endless = (): StructShape =>
      structShape("Endless", () => [fieldShape("next", "next", optionShape(endless()))]);
    expect(recursiveShapes(endless()).size).toBe(0);
    expect(minBytes(endless())).toBe(1);
  });
});
