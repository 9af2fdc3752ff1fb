/** Code that is compiled once for each pair of a plan and a shape. */
import type { CodecError } from "../errors.js";
import { recursiveShapes } from "../shape/analysis.js";
import type { Shape } from "../shape/shape.js";
import type { PlanNode } from "./plan-model.js";

/** Shapes that are compiled before giving up: shapes that a getter makes at each access would have no end. */
const maxShapes = 65_536;

/** The place of code that is still being compiled, for code that contains it. */
export interface Slot<Code> {
  code: Code;
}

/** How one direction makes its code. */
export interface CodeMaker<Code> {
  /** @param plan undefined where the layouts are the same */
  make(plan: PlanNode | undefined, shape: Shape): Code;
  /** Code that calls what the slot holds by then, one level deeper. */
  nested(slot: Slot<Code>): Code;
  /** The content of a slot until its code is compiled. */
  readonly unfinished: Code;
  mismatch(plan: PlanNode | undefined, shape: Shape, detail: string): CodecError;
}

export class CompiledCode<Code> {
  readonly #maker: CodeMaker<Code>;
  readonly #recursive: ReadonlySet<Shape>;
  readonly #known = new Map<PlanNode | undefined, Map<Shape, Code>>();
  #count = 0;

  constructor(root: Shape, maker: CodeMaker<Code>) {
    this.#maker = maker;
    this.#recursive = recursiveShapes(root);
  }

  /** @throws CodecError for shapes without an end */
  of(node: PlanNode | undefined, shape: Shape): Code {
    const plan = node?.same === true ? undefined : node;
    let byShape = this.#known.get(plan);
    if (byShape === undefined) {
      byShape = new Map();
      this.#known.set(plan, byShape);
    }
    const known = byShape.get(shape);
    if (known !== undefined) return known;
    this.#count += 1;
    if (this.#count > maxShapes) throw this.#maker.mismatch(plan, shape, "its shapes have no end");
    if (!this.#recursive.has(shape)) {
      const code = this.#maker.make(plan, shape);
      byShape.set(shape, code);
      return code;
    }
    const slot: Slot<Code> = { code: this.#maker.unfinished };
    const nested = this.#maker.nested(slot);
    byShape.set(shape, nested);
    slot.code = this.#maker.make(plan, shape);
    return nested;
  }
}
