/** Compiles the `.vox` texts of the golden files. */
import { compile, type Model, memoryHost, renderDiagnostic, SourceFile } from "@voxrpc/codegen";

const path = "/golden.vox";

/**
 * The model of a golden `.vox` text. The text gets nothing but the `@required` that golden texts leave out.
 *
 * @throws Error with every diagnostic when the text has an error; warnings pass
 */
export function compileGolden(voxText: string): Model {
  const text = requireOptions(voxText);
  const { model, diagnostics } = compile(memoryHost({ [path]: text }), [path]);
  if (model !== undefined) return model;
  const source = new SourceFile(path, text);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const frames = errors.map((error) => renderDiagnostic(error, source, { color: false, path: "golden.vox" }));
  throw new Error(frames.join("\n\n"));
}

/** `f: T?` of a golden text is a plain Rust `Option`, which our language writes `@required f: T?`. */
export function requireOptions(voxText: string): string {
  const { files } = compile(memoryHost({ [path]: voxText }), [path]);
  const fields = files[0]?.declarations.flatMap((declaration) => {
    if (declaration.kind === "struct") return declaration.fields;
    if (declaration.kind !== "enum") return [];
    return declaration.variants.flatMap(({ form }) => (form.kind === "struct" ? form.fields : []));
  });
  return (fields ?? [])
    .filter((field) => field.type.kind === "option" && field.default === undefined)
    .map((field) => field.span.start)
    .sort((a, b) => b - a)
    .reduce((text, at) => `${text.slice(0, at)}@required ${text.slice(at)}`, voxText);
}
