/** The cost of many methods: services with any number of methods, all of the same types. */
import { readFileSync, writeFileSync } from "node:fs";
import { compile, emitTypeScript, memoryHost } from "@voxrpc/codegen";
import { bundle } from "./bundle.mjs";

const verbs = ["get", "find", "create", "update", "remove", "archive", "share", "count", "merge", "check"];
const nouns = ["order", "customer", "invoice", "product", "shipment", "address", "payment", "ticket"];

/** Names as an application has them, each once. */
function methodName(index) {
  const round = Math.floor(index / (verbs.length * nouns.length));
  const name = `${verbs[index % verbs.length]}_${nouns[Math.floor(index / verbs.length) % nouns.length]}`;
  return round === 0 ? name : `${name}_${round}`;
}

function generate(name, text) {
  const path = `/${name}.vox`;
  const { model, diagnostics } = compile(memoryHost({ [path]: text }), [path]);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (model === undefined) throw new Error(error?.message);
  return emitTypeScript(model, { baseDirectory: "/" })[0].text;
}

const point = "struct Point { x: f64 y: f64 id: u32 }";

async function clientOf(count) {
  const methods = Array.from({ length: count }, (_, at) => `${methodName(at)}(point: Point) -> Point`);
  const text = generate("many", `package many\n${point}\nservice Many {\n${methods.join("\n")}\n}\n`);
  writeFileSync(new URL(`../gen/many${count}.vox.ts`, import.meta.url), text);
  return bundle({
    text: `import { openSession } from "@voxrpc/runtime/link";
import { Many } from "../gen/many${count}.vox.js";
export async function main(link) {
  const session = await openSession(link, { service: Many.name });
  return session.client(Many).getOrder({ x: 1, y: 2, id: 3 });
}`,
  });
}

/** Gzipped bytes that a client of 61 methods has more than one of a single method, per method. */
export async function costOfMethod() {
  const further = 60;
  const [one, many] = [await clientOf(1), await clientOf(1 + further)];
  return {
    minified: (many.minified - one.minified) / further,
    gzipped: (many.gzipped - one.gzipped) / further,
  };
}

/**
 * Bytes of the generated file of 100 services of 50 methods each, with parameters, results and errors of shared types.
 */
export function sizeOfGenerated() {
  const services = Array.from({ length: 100 }, (_, service) => {
    const methods = Array.from({ length: 50 }, (_, at) => {
      const name = methodName(at);
      const id = `/// Method ${at} of service ${service}.\n  ${name}`;
      if (at % 5 === 0) return `${id}(id: u64) -> Item?`;
      if (at % 5 === 1) return `${id}(item: Item, count: u32) -> u64 throws Problem`;
      if (at % 5 === 2) return `${id}(names: string[]) -> Item[]`;
      if (at % 5 === 3) return `${id}(item: Item) -> Item throws Problem`;
      return `${id}(name: string, limit: u32) -> map<string, u64>`;
    });
    return `service Service${service} {\n  ${methods.join("\n  ")}\n}`;
  });
  const types = `struct Item { id: u64 name: string price: f64 tags: string[] }
error enum Problem { Missing Refused(string) }`;
  return Buffer.byteLength(generate("large", `package large\n${types}\n${services.join("\n")}\n`));
}

/**
 * The service of `profiler.vox`: bytes of its TypeScript, and of what a client of all 37 methods loads of it, the
 * runtime not counted.
 */
export async function sizeOfService() {
  const text = generate("profiler", readFileSync(new URL("profiler.vox", import.meta.url), "utf8"));
  writeFileSync(new URL("../gen/profiler.vox.ts", import.meta.url), text);
  const services = text.match(/(?<=^export const )\w+(?=: \$\.Service<)/gm);
  const client = await bundle({
    text: `import { ${services.join(", ")} } from "../gen/profiler.vox.js"; export default [${services.join(", ")}];`,
    external: ["@voxrpc/runtime/*"],
  });
  return { typeScript: Buffer.byteLength(text), client };
}
