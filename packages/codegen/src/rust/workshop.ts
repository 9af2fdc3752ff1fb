/** What the parts of an import share. */
import type { DraftType } from "../print/draft.js";
import type { RustType } from "./ast.js";
import type { Findings, TypeMap } from "./findings.js";
import type { Module, Sources } from "./modules.js";
import type { Resolver } from "./resolve.js";
import type { Trail } from "./trail.js";

/** Where a type stands. */
export interface Scope {
  readonly module: Module;
  /** Type parameters of the declaration around it, and what they stand for. */
  readonly parameters: ReadonlyMap<string, DraftType>;
  readonly trail: Trail;
}

/** What a run works with. */
export interface Workshop {
  readonly sources: Sources;
  readonly resolver: Resolver;
  readonly findings: Findings;
  readonly types: TypeMap;
}

/** Stands for a type that was reported. */
export const reported: DraftType = { kind: "word", text: "unit" };

/** Makes types of the language of types of Rust. */
export interface Lowering {
  lower(type: RustType, scope: Scope): DraftType;
}
