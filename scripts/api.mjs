/**
 * `npm run api`: writes a report of the public declarations of each entry to the `api` folder of its package, so that a
 * change of the surface is seen in a diff. `--check` writes nothing and fails where a report does not match the
 * sources. Both compile the declarations as an application without `skipLibCheck` does: the declarations that are
 * `@internal` are stripped, and no other declaration may name them. Needs a build.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { packageNames, root, tool } from "./run.mjs";

/** Most names that the root of the runtime may export. */
const mostRootNames = 60;

const compilerOptions = {
  target: "es2022",
  module: "nodenext",
  moduleResolution: "nodenext",
  lib: ["es2023", "dom", "dom.asynciterable", "esnext.disposable"],
  types: ["node"],
  strict: true,
};
const isCheck = process.argv.includes("--check");
const temporary = mkdtempSync(join(tmpdir(), "vox-api-"));
const silent = { default: { logLevel: "none" } };
const declarations = [];
let failures = 0;
try {
  for (const name of packageNames) reportPackage(name);
  checkDeclarations();
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

function reportPackage(name) {
  const folder = `${root}packages/${name}`;
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const entries = Object.entries(manifest.exports).filter(([, target]) => typeof target === "object");
  mkdirSync(`${folder}/api`, { recursive: true });
  declarations.push(...entries.map(([, { types }]) => join(folder, types)));
  const files = entries.map(([subpath, { types }]) => reportEntry(folder, subpath, types));
  const stale = readdirSync(`${folder}/api`).filter((file) => !files.includes(file));
  for (const file of stale) fail(`packages/${name}/api/${file} is of no entry: delete it`);
}

/** @returns the file of the report */
function reportEntry(folder, subpath, types) {
  const name = subpath === "." ? "index" : subpath.slice(2).replaceAll("/", "-");
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      compiler: { overrideTsconfig: compiler(types) },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: `${folder}/api`,
        reportTempFolder: temporary,
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: "lf",
      messages: {
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
        compilerMessageReporting: silent,
      },
    },
    packageJsonFullPath: `${folder}/package.json`,
    configObjectFullPath: undefined,
  });
  const file = `${name}.api.md`;
  const result = Extractor.invoke(config, {
    localBuild: !isCheck,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (isCheck && (result.apiReportChanged || !existsSync(`${folder}/api/${file}`)))
    fail(`${folder.slice(root.length)}/api/${file} is not that of the sources: npm run build && npm run api`);
  if (folder.endsWith("/runtime") && subpath === ".") countNames(`${folder}/api/${file}`);
  return file;
}

function compiler(entry) {
  return { compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: [entry] };
}

function checkDeclarations() {
  const project = join(temporary, "tsconfig.json");
  const options = { ...compilerOptions, noEmit: true, typeRoots: [`${root}node_modules/@types`] };
  writeFileSync(project, JSON.stringify({ compilerOptions: options, files: declarations }));
  tool("typescript", "typescript/bin/tsc", ["-p", project]);
}

function countNames(path) {
  const names = new Set(
    [...readFileSync(path, "utf8").matchAll(/^export (?:declare )?(?:abstract )?\w+ (\w+)/gm)].map(
      ([, name]) => name,
    ),
  );
  if (names.size > mostRootNames)
    fail(`@voxrpc/runtime exports ${names.size} names, more than ${mostRootNames}: move some to a subpath`);
  else console.log(`@voxrpc/runtime exports ${names.size} names`);
}

function fail(text) {
  console.error(text);
  failures++;
}
