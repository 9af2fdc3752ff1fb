/**
 * Rust that is generated here, compiled by cargo in one crate: its ids and schemas are those of the schemas, both doors
 * of the import give the same services, random values pass in both directions, and each side calls the other.
 */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { router } from "@voxrpc/runtime";
import type { Codec } from "@voxrpc/runtime/gen/v1";
import { connect, serve } from "@voxrpc/runtime/node";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Model, ModelFile, Type } from "../../packages/codegen/src/model/model.js";
import { type RustAnnouncement, verifyRust } from "../../packages/codegen/src/rust/index.js";
import { methodSchemas, type TypeSchemas, typeSchemas } from "../../packages/codegen/src/schema/index.js";
import { assemblePayload } from "../../packages/runtime/src/internal/schema.js";
import { valuesOf } from "../support/arbitrary.js";
import { codecOf, modelOf } from "../support/generated.js";
import { type CallNote, noteCall, notingDispatcher } from "./call-notes.js";
import { buildGeneratedCrate, type GeneratedCrate } from "./generated-crate.js";
import { buildPeer, buildTimeoutMs, isCargoFound, skipNote } from "./peer.js";
import { hasPart, isCalled, isSampled, isWritable, plainTypes, typeOf } from "./rust-glue.js";
import { textOf } from "./value-text.js";

/** Values of each type, and calls of each method, in each direction. */
const rounds = 5;

/** Milliseconds: each method is compiled by both sides when it is first called. */
const callsTimeoutMs = 120_000;

const isReady = isCargoFound();
let crate: GeneratedCrate;

beforeAll(async () => {
  if (!isReady) return;
  // Fetches and compiles what both depend on.
  await buildPeer();
  crate = await buildGeneratedCrate();
}, buildTimeoutMs);

afterAll(() => crate?.remove());

beforeEach(({ skip }) => skip(!isReady, skipNote));

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function hexOf({ root, schemas }: TypeSchemas): string {
  const cbor = schemas.map((schema) => schema.cbor);
  return Buffer.from(assemblePayload(cbor, root)).toString("hex");
}

describe("ids and schemas", () => {
  it("of every method are those of the schemas", () => {
    const announced = linesOf(crate.run(["announcements"])).map(
      (line) => JSON.parse(line) as RustAnnouncement,
    );
    expect(announced.length).toBeGreaterThan(90);
    expect(verifyRust(crate.model, announced)).toEqual([]);
  });

  it("of every type are those of the schema, 200 random ones among them", () => {
    const announced = new Map(
      linesOf(crate.run(["types"])).map((line) => {
        const [module = "", name = "", hex = ""] = line.split(" ");
        return [`${module}::${name}`, hex.slice(1)] as const;
      }),
    );
    const own = crate.model.files.flatMap((file, at) =>
      plainTypes(file).map((declaration) => {
        const type: Type =
          declaration.kind === "alias" ? typeOf(declaration) : { kind: "named", declaration, args: [] };
        return [`${crate.modules[at]}::${declaration.name}`, hexOf(typeSchemas(type))] as const;
      }),
    );
    expect(own.filter(([name]) => /^random::R\d+$/.test(name))).toHaveLength(200);
    expect(Object.fromEntries(announced)).toEqual(Object.fromEntries(own));
  });
});

/** Ids and announcements of the methods of some schemas. */
function contractsOf(files: Model["files"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    files.flatMap(({ services }) =>
      services.flatMap((service) =>
        service.methods.map((method) => {
          const { methodId, args, response } = methodSchemas(service, method);
          const about = `${method.idempotent} ${method.persist} ${method.docs.join(" ")}`;
          return [`${service.name}.${method.name}`, `${methodId} ${hexOf(args)} ${hexOf(response)} ${about}`];
        }),
      ),
    ),
  );
}

describe("the schema that a compiled crate prints", () => {
  const printed = (): ReadonlyMap<string, string> =>
    new Map(
      crate
        .run(["schemas"])
        .split(/^--- /m)
        .slice(1)
        .map((text) => {
          const end = text.indexOf("\n");
          return [text.slice(0, end), text.slice(end + 1)];
        }),
    );

  it("is that of each generated module", () => {
    const texts = printed();
    const files = crate.model.files.filter(({ services }) => services.length > 0);
    expect(files.length).toBe(14);
    for (const file of files) {
      const module = crate.modules[crate.model.files.indexOf(file)] ?? "";
      const again = modelOf({
        "/again.vox": texts.get(module)?.replace(/^package .*$/m, "package again") ?? "",
      });
      // An alias of a `Result`, which is a value, looks like a declared error to a compiled program.
      const methods = file.services.flatMap(({ name, methods: all }) =>
        all.filter(({ returns }) => returns.kind === "result").map((method) => `${name}.${method.name}`),
      );
      const own = Object.entries(contractsOf([file])).filter(([name]) => !methods.includes(name));
      expect(contractsOf(again.files), module).toMatchObject(Object.fromEntries(own));
    }
  });

  it("is what the import reads off the text of the same crate", () => {
    const texts = printed();
    expect(crate.others.length).toBe(8);
    for (const { name, folder } of crate.others) {
      const text = texts.get(name.replaceAll("-", "_")) ?? "";
      const imported = crate.model.files.filter(({ path }) =>
        path.startsWith(`/schemas/${folder.split("/")[0]}/`),
      );
      expect(contractsOf(modelOf({ "/again.vox": text }).files), name).toEqual(contractsOf(imported));
    }
  });
});

interface Subject {
  readonly module: string;
  readonly name: string;
  readonly type: Type;
  readonly codec: Codec<unknown>;
}

/** Types whose values Rust can write. */
function subjects(): readonly Subject[] {
  return crate.model.files.flatMap((file, at) =>
    !isSampled(file, crate.model)
      ? []
      : plainTypes(file)
          .filter((declaration) => isWritable(typeOf(declaration)))
          .map((declaration) => ({
            module: crate.modules[at] ?? "",
            name: declaration.name,
            type: typeOf(declaration),
            codec: codecOf(crate.exports[at] ?? {}, declaration.name),
          })),
  );
}

const toHex = (bytes: Uint8Array): string => `h${Buffer.from(bytes).toString("hex")}`;
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(1), "hex"));

/**
 * A transparent struct around a tuple struct of several elements. Calls carry it; where 0.8.2 has no schema of a peer
 * to read by, it reads the first element only.
 */
function isHidden(type: Type): boolean {
  if (type.kind !== "named" || type.declaration.kind !== "tupleStruct" || !type.declaration.isTransparent)
    return false;
  const [only] = type.declaration.elements;
  return only?.kind === "named" && only.declaration.kind === "tupleStruct";
}

describe("random values of every type", () => {
  it("that TypeScript writes are the same in Rust, and come back as the same bytes", () => {
    const read = subjects().filter(({ type }) => !hasPart(type, isHidden));
    const sent = read.flatMap((subject) =>
      fc.sample(valuesOf(subject.type), { numRuns: rounds, seed: 16_2026 }).map((value) => ({
        ...subject,
        value,
        hex: toHex(subject.codec.encode(value)),
      })),
    );
    expect(sent.length).toBeGreaterThan(500);
    const input = sent.map(({ module, name, hex }) => `${module} ${name} ${hex}\n`).join("");
    const answers = linesOf(crate.run(["recode"], input));
    expect(answers).toHaveLength(sent.length);
    sent.forEach(({ module, name, type, codec, value, hex }, at) => {
      const [again = "", ...words] = (answers[at] ?? "").split(" ");
      const place = `${module}::${name}`;
      expect(`${place} ${words.join(" ")}`).toBe(`${place} ${textOf(type, value)}`);
      // Rust sorts maps and sets; TypeScript keeps their order.
      if (!hasPart(type, ({ kind }) => kind === "map" || kind === "set")) expect(again, place).toBe(hex);
      expect(toHex(codec.encode(codec.decode(fromHex(again), { strict: true }))), place).toBe(again);
    });
  });

  it("that Rust writes are the same in TypeScript, and are written again as the same bytes", () => {
    const known = new Map(subjects().map((subject) => [`${subject.module}::${subject.name}`, subject]));
    const lines = linesOf(crate.run(["samples", String(rounds)]));
    expect(lines).toHaveLength(known.size * rounds);
    for (const line of lines) {
      const [module, name, hex = "", ...words] = line.split(" ");
      const place = `${module}::${name}`;
      const { type, codec } = known.get(place) as Subject;
      const value = codec.decode(fromHex(hex), { strict: true });
      expect(`${place} ${textOf(type, value)}`).toBe(`${place} ${words.join(" ")}`);
      expect(toHex(codec.encode(value)), place).toBe(hex);
    }
  });
});

/** Files whose services are called, with what TypeScript has of them. */
function calledFiles(): readonly (readonly [ModelFile, GeneratedCrate["exports"][number]])[] {
  return crate.model.files.flatMap((file, at) => (isCalled(file) ? [[file, crate.exports[at] ?? {}]] : []));
}

/**
 * Written inside of another type, a value of `Symbol` in `tooling`, whose variant holds an option of a boxed `Symbol`,
 * ends the process of vox 0.8.2.
 */
function isFatal(type: Type): boolean {
  return type.kind === "named" && type.declaration.name === "Symbol";
}

type Client = object & { $close(): Promise<void> };

describe("the twelve services, and that of the types of Rust", () => {
  it(
    "are called by TypeScript clients, and Rust handlers saw the same",
    async () => {
      const child = crate.start(["serve"]);
      try {
        const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[
          Symbol.asyncIterator
        ]();
        const address = /^listening (\S+)$/.exec((await lines.next()).value as string)?.[1];
        let calls = 0;
        for (const [{ services }, exports] of calledFiles())
          for (const service of services) {
            const client: Client = await connect(`tcp://${address}`, exports[service.name] as never);
            for (const method of service.methods.filter(({ returns }) => !hasPart(returns, isFatal)))
              for (let seed = 1; seed <= rounds; seed += 1) {
                const own = await noteCall(client, service, method, seed * 17 + calls);
                const { value: line } = await lines.next();
                expect(sameName(own)).toEqual(sameName(JSON.parse(line as string) as CallNote));
                calls += 1;
              }
            await client.$close();
          }
        expect(calls).toBeGreaterThan(40 * rounds);
      } finally {
        child.stdin?.end();
        await once(child, "close");
      }
    },
    callsTimeoutMs,
  );

  it(
    "are called by Rust clients, and TypeScript handlers saw the same",
    async () => {
      const notes: CallNote[] = [];
      const dispatchers = calledFiles().flatMap(([{ services }, exports]) =>
        services.map((service) => notingDispatcher(service, exports, notes)),
      );
      await using server = await serve("tcp://127.0.0.1:0", router(dispatchers));
      const child = crate.start(["call", server.url, String(rounds)]);
      let out = "";
      child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
      const [code] = (await once(child, "close")) as [number];
      expect(code).toBe(0);
      const calls = linesOf(out).map((line) => sameName(JSON.parse(line) as CallNote));
      expect(calls.length).toBeGreaterThan(40 * rounds);
      const order = ({ name }: CallNote): string => name;
      const byName = (all: readonly CallNote[]): readonly CallNote[] =>
        [...all].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
      expect(byName(calls)).toEqual(byName(notes.map(sameName)));
    },
    callsTimeoutMs,
  );
});

/** Methods have the names of their language: `r_type` is `r#type` or `rType`. */
function sameName({ name, parts }: CallNote): CallNote {
  return { name: name.replaceAll("_", "").toLowerCase(), parts };
}
