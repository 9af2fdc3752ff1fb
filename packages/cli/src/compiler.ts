/** The compiler's library. */
export type Compiler = typeof import("@voxrpc/codegen");

/** Loads the compiler, when it is needed: it takes longer than all the rest of a run. */
export async function loadCompiler(): Promise<Compiler> {
  return import("@voxrpc/codegen");
}
