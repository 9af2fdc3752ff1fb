/** Rust in memory, and what the import makes of it. */
import { memoryHost, renderDiagnostic } from "@voxrpc/codegen";
import { importRust, type RustImport } from "@voxrpc/codegen/rust";

/** Imports one crate `demo` of files below `src`. */
export function importFiles(
  files: Readonly<Record<string, string>>,
  types: Readonly<Record<string, string>> = {},
): RustImport {
  const host = memoryHost(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`/demo/src/${path}`, text])),
  );
  return importRust(host, {
    crates: [{ name: "demo", root: "/demo/src/lib.rs", renames: new Map() }],
    wanted: new Set(["demo"]),
    types: new Map(Object.entries(types)),
  });
}

/** Imports a text whose type `A` a service answers with; `struct` and `enum` at its start derive Facet. */
export function importType(text: string, types: Readonly<Record<string, string>> = {}): RustImport {
  const isBare = text.startsWith("struct") || text.startsWith("enum");
  const derive = isBare ? "#[derive(facet::Facet)]\n#[repr(u8)]\n" : "";
  return importFiles(
    { "lib.rs": `#[vox::service]\npub trait S {\n    async fn get(&self) -> A;\n}\n${derive}${text}\n` },
    types,
  );
}

/** The one file of an import, or what is wrong. */
export function textOf({ files, diagnostics, sources }: RustImport): string {
  const [file] = files;
  if (file !== undefined) return file.text;
  return diagnostics
    .map((one) =>
      renderDiagnostic(
        one,
        sources.find(({ path }) => path === one.span.file),
        { color: false, path: one.span.file },
      ),
    )
    .join("\n");
}

export function codesOf({ diagnostics }: RustImport): readonly string[] {
  return diagnostics.map(({ code }) => code);
}
