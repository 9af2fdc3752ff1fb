/** The project that `vox-gen init` writes. */
import { relative } from "node:path";
import { slashes } from "../files/paths.js";
import { cliVersion } from "../version.js";
import { type PackageSource, packageNames } from "./package-source.js";

/** Path below the project's folder → text. */
export type ProjectFiles = ReadonlyMap<string, string>;

/**
 * @param name of the package, as npm takes it
 * @param folder absolute folder of the project
 * @param source where its packages come from
 */
export function initialFiles(name: string, folder: string, source: PackageSource): ProjectFiles {
  return new Map([
    ["schemas/greeter.vox", greeterSchema],
    ["src/server.ts", server],
    ["src/client.ts", client],
    ["src/start.ts", start],
    ["vox.config.ts", config],
    ["package.json", packageJson(name, folder, source)],
    ["tsconfig.json", tsconfig],
    [".gitignore", gitignore],
    ["README.md", readme(name)],
  ]);
}

/** A name that npm takes, made of the name of a folder. */
export function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "");
  return name === "" || name === "node_modules" || name === "favicon.ico" ? "vox-project" : name;
}

const greeterSchema = `package greeter

/// Whom to greet, and how.
struct Person {
  name: string
  /// A title before the name, like "Dr.".
  title: string?
  language: Language
}

enum Language { English, German, Spanish }

error enum GreetError {
  /// No person has that name.
  NoName
  TooLong { limit: u32 }
}

/// Says hello.
service Greeter {
  /// One greeting, in the person's language.
  greet(person: Person) -> string throws GreetError

  /// How many people were greeted since the server started.
  @idempotent
  greeted() -> u64
}
`;

const server = `/** The server: implements the generated handler interface and serves it over TCP. */
import { fail } from "@voxrpc/runtime";
import { serve } from "@voxrpc/runtime/node";
import { type GreeterHandler, greeterDispatcher, type Language } from "./gen/greeter.vox.js";

const longestName = 40;
const hello: Record<Language, string> = { English: "Hello", German: "Hallo", Spanish: "Hola" };
let greeted = 0n;

const handler: GreeterHandler = {
  greet({ name, title, language }) {
    if (name === "") return fail({ kind: "NoName" });
    if (name.length > longestName) return fail({ kind: "TooLong", limit: longestName });
    greeted += 1n;
    return \`\${hello[language]}, \${title === undefined ? name : \`\${title} \${name}\`}!\`;
  },

  greeted: () => greeted,
};

const server = await serve(process.argv[2] ?? "tcp://127.0.0.1:4000", greeterDispatcher(handler));
console.log(\`serving Greeter on \${server.url}\`);
process.send?.(server.url);

const stop = async (): Promise<void> => {
  await server.close();
  process.disconnect?.();
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
process.once("message", stop);
`;

const client = `/** The client: calls the service and prints the answers. */
import { connect } from "@voxrpc/runtime/node";
import { Greeter, greeterGreet } from "./gen/greeter.vox.js";

await using greeter = await connect(process.argv[2] ?? "tcp://127.0.0.1:4000", Greeter);

console.log(await greeter.greet({ name: "Ada", language: "English" }));
console.log(await greeter.greet({ name: "Curie", title: "Dr.", language: "Spanish" }));

try {
  await greeter.greet({ name: "", language: "German" });
} catch (error) {
  if (!greeterGreet.isError(error)) throw error;
  console.log(\`refused: \${error.value.kind}\`);
}

// The same without exceptions.
const long = await greeter.$try.greet({ name: "x".repeat(50), language: "German" });
if (!long.ok && long.error.code === "User") console.log("refused:", long.error.value);

console.log(\`greeted so far: \${await greeter.greeted()}\`);
`;

const start = `/** Runs server and client as two processes, and ends with the client. */
import { fork } from "node:child_process";
import { once } from "node:events";

const server = fork(new URL("./server.js", import.meta.url), ["tcp://127.0.0.1:0"]);
const [url] = (await once(server, "message")) as [string];
const client = fork(new URL("./client.js", import.meta.url), [url]);
const [code] = (await once(client, "exit")) as [number | null];
server.send("stop");
await once(server, "exit");
process.exitCode = code ?? 1;
`;

const config = `import { defineConfig } from "@voxrpc/cli";

export default defineConfig({
  schemas: "schemas/*.vox",
  out: "src/gen",
});
`;

function packageJson(name: string, folder: string, source: PackageSource): string {
  const specifiers = Object.fromEntries(
    packageNames.map((one) => [
      `@voxrpc/${one}`,
      source === undefined ? `^${cliVersion}` : `file:${slashes(relative(folder, source[one]))}`,
    ]),
  );
  // Each package manager has its own name for "this one, also where another package requests it".
  const everywhere =
    source === undefined
      ? {}
      : { overrides: specifiers, resolutions: specifiers, pnpm: { overrides: specifiers } };
  const content = {
    name,
    private: true,
    version: "0.0.0",
    type: "module",
    engines: { node: ">=20.19" },
    scripts: {
      generate: "vox-gen generate",
      dev: "vox-gen watch",
      build: "vox-gen generate && tsc -p .",
      server: "node dist/server.js",
      client: "node dist/client.js",
      start: "vox-gen generate && tsc -p . && node dist/start.js",
    },
    dependencies: { "@voxrpc/runtime": specifiers["@voxrpc/runtime"] },
    devDependencies: {
      "@types/node": "^20.19.0",
      "@voxrpc/cli": specifiers["@voxrpc/cli"],
      typescript: "^6.0.0",
    },
    ...everywhere,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

const tsconfig = `{
  "compilerOptions": {
    "target": "ES2022",
    "lib": ["ES2023", "ESNext.Disposable"],
    "module": "NodeNext",
    "types": ["node"],
    "strict": true,
    "exactOptionalPropertyTypes": true,
    "noUncheckedIndexedAccess": true,
    "verbatimModuleSyntax": true,
    "skipLibCheck": true,
    "sourceMap": true,
    "rootDir": "src",
    "outDir": "dist"
  },
  "include": ["src"]
}
`;

const gitignore = `node_modules/
dist/
`;

function readme(name: string): string {
  return `# ${name}

A service in \`schemas/greeter.vox\`, its server and its client.

\`\`\`sh
npm install
npm start          # builds, runs server and client, and ends
\`\`\`

| command | what it does |
| --- | --- |
| \`npm run dev\` | writes \`src/gen\` again when a schema changes |
| \`npm run generate\` | writes \`src/gen\` once |
| \`npm run build\` | generates and compiles to \`dist\` |
| \`npm run server\` | serves on tcp://127.0.0.1:4000 (after a build) |
| \`npm run client\` | calls that server |

Change the schema, and the TypeScript compiler reports what is missing in \`src/server.ts\`. To have a class written and kept up to
date instead: \`npx vox-gen implement Greeter src/greeter.ts\`. Commit \`src/gen\`, and let
\`npx vox-gen generate --check\` watch over it in CI; or put it into \`.gitignore\`.
`;
}
