/** Types that the parts of an import share. */
import type { DraftType } from "../print/draft.js";
import type { RustType } from "./ast.js";
import type { Findings, TypeMap } from "./findings.js";
import type { Module, Sources } from "./modules.js";
import type { Resolver } from "./resolve.js";
import type { Trail } from "./trail.js";

/** The surroundings of a type. */
export interface Scope {
  readonly module: Module;
  /** Type parameters of the declaration around the type, each with its meaning. */
  readonly parameters: ReadonlyMap<string, DraftType>;
  readonly trail: Trail;
}

/** The inputs of a run. */
export interface ImportInputs {
  readonly sources: Sources;
  readonly resolver: Resolver;
  readonly findings: Findings;
  readonly types: TypeMap;
}

/** Takes the place of a type that was reported. */
export const reported: DraftType = { kind: "word", text: "unit" };

/** Makes types of the language of types of Rust. */
export interface Lowering {
  lower(type: RustType, scope: Scope): DraftType;
}
