/** The compiler in one call: texts → generated files, or diagnostics. */
import { type Compilation, compile } from "./compile.js";
import type { EmitOptions, EmittedFile, Emitter } from "./emit/emitter.js";
import { emitTypeScript } from "./emit/typescript/emit-typescript.js";
import type { Host } from "./host/host.js";

/** Options of {@link generate}. */
export interface GenerateOptions extends EmitOptions {
  /** Turns the checked program into texts. Default: {@link emitTypeScript}. */
  readonly emitter?: Emitter | undefined;
}

/** The results of a run: those of the compiler, and the files. */
export interface Generated extends Compilation {
  /** The files of the emitter; none when a diagnostic is an error. */
  readonly outputs: readonly EmittedFile[];
}

/**
 * Compiles schemas and everything that they import, and gives the generated files. It touches no disk: the host reads,
 * and you write. `generate` of `@voxrpc/cli` does both as the command does.
 *
 * ```ts
 * const host = memoryHost({ "/shop.vox": "service Shop { open() -> bool }" });
 * const { outputs, diagnostics } = generate(host, ["/shop.vox"], { baseDirectory: "/" });
 * ```
 *
 * @param entries absolute paths, as the host knows them
 * @throws RangeError when a schema is on another drive than `options.baseDirectory`. Errors of schemas are diagnostics
 */
export function generate(host: Host, entries: readonly string[], options: GenerateOptions): Generated {
  const compilation = compile(host, entries);
  const { emitter = emitTypeScript, ...emitOptions } = options;
  const outputs = compilation.model === undefined ? [] : emitter(compilation.model, emitOptions);
  return { ...compilation, outputs };
}
