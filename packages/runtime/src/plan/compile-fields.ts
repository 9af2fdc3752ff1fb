/** Readers of structs and struct variants whose fields arrive in another order than ours. */
import { CodecError } from "../errors.js";
import type { Read } from "../shape/codec.js";
import type { FieldShape, MakeObject } from "../shape/shape.js";
import type { FieldsPlan, PlanNode, SkipNode } from "./plan-model.js";
import type { Skip } from "./skip.js";

/** How the parts of the fields are compiled. */
export interface FieldCompiler {
  read(node: PlanNode | undefined, field: FieldShape): Read<unknown>;
  skip(node: SkipNode): Skip;
}

/** Where a value goes that is skipped. */
const nowhere = -1;

/**
 * Reads the fields of one object.
 *
 * @param plan undefined: the peer's fields are ours
 * @param kind the tag of a struct variant
 * @throws CodecError `DecodeFailed` when a field has no default, or when plan and shape do not belong together
 */
export function compileFields(
  plan: FieldsPlan | undefined,
  fields: readonly FieldShape[],
  make: MakeObject | undefined,
  kind: string | undefined,
  compiler: FieldCompiler,
): Read<object> {
  const build = make ?? setMembers(fields, kind);
  const size = fields.length;
  const slots: number[] = [];
  const reads: Read<unknown>[] = [];
  if (plan === undefined) {
    for (const [slot, field] of fields.entries()) {
      slots.push(slot);
      reads.push(compiler.read(undefined, field));
    }
    return readInOrder(reads, build);
  }
  for (const step of plan.steps) {
    if (step.action !== "read") {
      if (step.action === "none") throw new CodecError("DecodeFailed", "a plan for writing cannot read");
      slots.push(nowhere);
      reads.push(compiler.skip(step.skip));
      continue;
    }
    const slot = slotOf(fields, step.name);
    slots.push(slot);
    reads.push(compiler.read(step.node, fields[slot] as FieldShape));
  }
  const absent = plan.defaults.map((name) => slotOf(fields, name));
  const defaults = absent.map((slot) => defaultOf(fields[slot] as FieldShape));
  return (r) => {
    const values = new Array<unknown>(size);
    for (let i = 0; i < reads.length; i++) {
      const value = (reads[i] as Read<unknown>)(r);
      const slot = slots[i] as number;
      if (slot !== nowhere) values[slot] = value;
    }
    for (let i = 0; i < absent.length; i++) values[absent[i] as number] = (defaults[i] as () => unknown)();
    return build(values);
  };
}

function readInOrder(reads: readonly Read<unknown>[], build: MakeObject): Read<object> {
  return (r) => {
    const values = new Array<unknown>(reads.length);
    for (let i = 0; i < reads.length; i++) values[i] = (reads[i] as Read<unknown>)(r);
    return build(values);
  };
}

/** Sets members one by one, always in declared order, so that objects of one type have one hidden class. */
function setMembers(fields: readonly FieldShape[], kind: string | undefined): MakeObject {
  const members = fields.map(({ member }) => member);
  return (values) => {
    const object: Record<string, unknown> = kind === undefined ? {} : { kind };
    for (let i = 0; i < members.length; i++) object[members[i] as string] = values[i];
    return object;
  };
}

function slotOf(fields: readonly FieldShape[], name: string): number {
  const slot = fields.findIndex((field) => field.name === name);
  if (slot < 0)
    throw new CodecError("DecodeFailed", `our schema has a field '${name}' that our type has not`);
  return slot;
}

function defaultOf(field: FieldShape): () => unknown {
  if (field.default !== undefined) return field.default;
  if (field.shape.kind === "option") return absentOption;
  throw new CodecError("DecodeFailed", `missing required field ${field.name}`);
}

function absentOption(): undefined {}
