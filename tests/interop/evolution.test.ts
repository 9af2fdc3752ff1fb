/**
 * Old and new versions of one service, one end in Rust, the other in TypeScript. Our end reads every change right;
 * where the reference misreads or refuses one, `breaking --peer vox-0.8.2` has said so, and nowhere else.
 */
import { readFileSync } from "node:fs";
import { type Comparison, compareModels, type Model } from "@voxrpc/codegen";
import { channel } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Version } from "../support/ends.js";
import { modelOf } from "../support/generated.js";
import {
  buildPeer,
  buildTimeoutMs,
  callEvolution,
  type EvolutionVersion,
  isCargoFound,
  type PeerCheck,
  skipNote,
  startEvolution,
} from "./peer.js";

const isReady = isCargoFound();

beforeAll(async () => {
  if (isReady) await buildPeer();
}, buildTimeoutMs);

beforeEach(({ skip }) => skip(!isReady, skipNote));

const item = { a: 1, b: 2 };
const tree = { a: 1, b: 2, children: [{ a: 3, b: 4, children: [] }] };

/** Values as each version writes them, and what the other version has to read: as a value, and as Rust prints it. */
interface Sample {
  readonly written: Readonly<Record<EvolutionVersion, unknown>>;
  readonly read: Readonly<Record<EvolutionVersion, unknown>>;
  readonly printed: Readonly<Record<EvolutionVersion, string>>;
}

/** A value that both versions write and read, in another order of fields. */
function moved(value: unknown, printedByOld: string, printedByNew: string): Sample {
  const both = { old: value, new: value };
  return { written: both, read: both, printed: { old: printedByOld, new: printedByNew } };
}

const oldItem = "Item { a: 1, b: 2 }";
const newItem = "Item { b: 2, a: 1 }";
const oldTree = "Tree { a: 1, b: 2, children: [Tree { a: 3, b: 4, children: [] }] }";
const newTree = "Tree { b: 2, a: 1, children: [Tree { b: 4, a: 3, children: [] }] }";

const samples: Readonly<Record<string, Sample>> = {
  added: {
    written: { old: { id: 7n, name: "pen" }, new: { name: "pen", note: "blue", id: 7n, count: 5 } },
    read: { old: { id: 7n, name: "pen" }, new: { name: "pen", note: undefined, id: 7n, count: 0 } },
    printed: {
      old: 'Added { id: 7, name: "pen" }',
      new: 'Added { name: "pen", note: None, id: 7, count: 0 }',
    },
  },
  plain: moved({ item }, `Plain { item: ${oldItem} }`, `Plain { item: ${newItem} }`),
  status: moved("Off", "Off", "Off"),
  holder: moved({ item }, `Holder { item: Some(${oldItem}) }`, `Holder { item: Some(${newItem}) }`),
  rows: moved({ rows: [[item]] }, `Rows { rows: [[${oldItem}]] }`, `Rows { rows: [[${newItem}]] }`),
  choice: moved(
    { kind: "Pair", item, count: 3 },
    `Pair { item: ${oldItem}, count: 3 }`,
    `Pair { item: ${newItem}, count: 3 }`,
  ),
  limit: {
    written: { old: { id: 9n }, new: { id: 9n, size: 8 } },
    read: { old: { id: 9n }, new: { id: 9n, size: 7 } },
    printed: { old: "Limit { id: 9 }", new: "Limit { id: 9, size: 7 }" },
  },
  tree: moved(tree, oldTree, newTree),
  page: moved(
    { tree, number: 5 },
    `Page { tree: ${oldTree}, number: 5 }`,
    `Page { tree: ${newTree}, number: 5 }`,
  ),
  ring: moved(
    { second: { third: { a: 1, b: 2, ring: [] }, n: 3 } },
    "Ring { second: Second { third: Third { a: 1, b: 2, ring: [] }, n: 3 } }",
    "Ring { second: Second { third: Third { b: 2, a: 1, ring: [] }, n: 3 } }",
  ),
};
const names = Object.keys(samples);

const modelOfVersion = (version: EvolutionVersion): Model => {
  const text = readFileSync(new URL(`evolution/${version}.vox`, import.meta.url), "utf8");
  return modelOf({ [`/${version}/evolving.vox`]: text });
};
const models = { old: modelOfVersion("old"), new: modelOfVersion("new") };
const versions = { old: new Version(models.old), new: new Version(models.new) };
const comparison: Comparison = compareModels(models.old, models.new, {
  oldBase: "/old",
  newBase: "/new",
  peer: "vox-0.8.2",
});

type Fate = "right" | "misread" | "refused";

/** The predicted outcome for a Rust peer of this version that reads the arguments, or the response, of a method. */
function foretold(method: string, role: "server" | "client", version: EvolutionVersion): Fate {
  const built = version === "old" ? "before" : "now";
  const isMeant = new RegExp(`a vox 0\\.8\\.2 ${role}(?: built ${built})?(?! built)`);
  const codes = comparison.findings
    .filter(({ subjects }) => subjects.includes(`Evolving.${method}`))
    .map(({ diagnostic }) => diagnostic)
    .filter(({ message }) => isMeant.test(message))
    .map(({ code }) => code);
  return codes.includes("VOX5051") ? "refused" : codes.includes("VOX5050") ? "misread" : "right";
}

/** What became of it. */
function fateOf(read: { readonly printed: string } | { readonly refused: string }, right: string): Fate {
  if ("refused" in read) {
    expect(read.refused).toContain("translation plan failed");
    return "refused";
  }
  return read.printed === right ? "right" : "misread";
}

/**
 * What a Rust client reads right although it is foretold to misread it: responses are not decoded by its compiled
 * decoder, which does misread options, but by one that is interpreted.
 */
const falseAlarms: ReadonlySet<string> = new Set(["holder"]);

const other = { old: "new", new: "old" } as const;

type Calls = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

const member = (verb: "tell" | "give", name: string): string =>
  `${verb}${name.charAt(0).toUpperCase()}${name.slice(1)}`;

async function readingOf(call: Promise<unknown> | undefined) {
  try {
    return { printed: String(await call) };
  } catch (error) {
    expect(error).toMatchObject({ code: "InvalidPayload" });
    return { refused: String(error) };
  }
}

/** Calls a Rust server of the other version. */
async function withServer(ours: EvolutionVersion, work: (calls: Calls) => Promise<void>): Promise<void> {
  await using peer = await startEvolution(other[ours]);
  const calls = await connect(peer.url, versions[ours].generated("Evolving"));
  try {
    await work(calls);
  } finally {
    await calls["$close"]?.();
  }
}

describe.each(["old", "new"] as const)(
  "a TypeScript client, %s, of a Rust server of the other version",
  (ours) => {
    const theirs = other[ours];

    it("reads the recorded value of every response", async () => {
      await withServer(ours, async (calls) => {
        for (const name of names) {
          expect(await calls[member("give", name)]?.(), name).toEqual(samples[name]?.read[ours]);
        }
        expect(await calls["risky"]?.(5)).toBe(6);
      });
    });

    it("is misread and refused as foretold", async () => {
      const fates: Record<string, Fate> = {};
      await withServer(ours, async (calls) => {
        for (const [name, { written, printed }] of Object.entries(samples)) {
          const read = await readingOf(calls[member("tell", name)]?.(written[ours]));
          fates[name] = fateOf(read, printed[theirs]);
        }
        const { tx, rx } = channel<unknown>();
        const told = readingOf(calls["tellItems"]?.(rx));
        await tx.send(item);
        await tx.close();
        fates["items"] = fateOf(await told, theirs === "old" ? oldItem : newItem);
      });
      expect(fates).toEqual(
        Object.fromEntries(
          [...names, "items"].map((name) => [name, foretold(`tell_${name}`, "server", theirs)]),
        ),
      );
      expect(new Set(Object.values(fates))).toEqual(new Set(["right", "misread", "refused"]));
    });
  },
);

describe.each(["old", "new"] as const)(
  "a Rust client, %s, of a TypeScript server of the other version",
  (theirs) => {
    const ours = other[theirs];

    it("is read with the recorded values, and misreads and refuses as the table says", async () => {
      const told: Record<string, unknown> = {};
      const handlers = Object.entries(samples).flatMap(([name, { written }]) => [
        [member("give", name), () => written[ours]],
        [
          member("tell", name),
          (value: unknown) => {
            told[name] = value;
            return "heard";
          },
        ],
      ]);
      const handler = {
        ...Object.fromEntries(handlers),
        tellItems: async (items: AsyncIterable<unknown>) => {
          const all: unknown[] = [];
          for await (const one of items) all.push(one);
          told["items"] = all;
          return "heard";
        },
        risky: (value: number) => value + 1,
      };
      const server = await serve("tcp://127.0.0.1:0", versions[ours].dispatcher("Evolving", handler));
      const run = await callEvolution(theirs, server.url).finally(() => server.close());
      expect(run.code, run.errors).toBe(0);

      const right = Object.fromEntries(Object.entries(samples).map(([name, { read }]) => [name, read[ours]]));
      expect(told).toEqual({ ...right, items: [item] });

      const said = (name: string): PeerCheck | undefined => run.lines.find((line) => line.name === name);
      const readingOfRust = (name: string) => {
        const { ok, detail = "nothing" } = said(name) ?? {};
        return ok === true ? { printed: detail } : { refused: detail };
      };
      for (const name of [...names, "items"]) {
        expect(said(`tell_${name}`)).toMatchObject({ ok: true, detail: '"heard"' });
      }
      const fates = Object.fromEntries(
        names.map((name) => [
          name,
          fateOf(readingOfRust(`give_${name}`), samples[name]?.printed[theirs] ?? ""),
        ]),
      );
      fates["risky"] = fateOf(readingOfRust("risky"), "6");
      const expected = names.map((name) => [
        name,
        falseAlarms.has(name) ? "right" : foretold(`give_${name}`, "client", theirs),
      ]);
      expect(fates).toEqual({ ...Object.fromEntries(expected), risky: foretold("risky", "client", theirs) });
    });
  },
);

describe("two versions at one Rust process", () => {
  it("the decoder of the first is kept for the second, as foretold", async () => {
    const codes = comparison.findings
      .filter(({ subjects }) => subjects.includes("Evolving.tell_plain"))
      .map(({ diagnostic }) => diagnostic.code);
    expect(codes).toEqual(["VOX5052"]);
    await using peer = await startEvolution("new");
    const { written, printed } = samples["plain"] as Sample;
    for (const [version, fate] of [
      ["old", "right"],
      ["new", "misread"],
    ] as const) {
      const calls: Calls = await connect(peer.url, versions[version].generated("Evolving"));
      const read = await readingOf(calls["tellPlain"]?.(written[version]));
      expect(fateOf(read, printed.new), version).toBe(fate);
      await calls["$close"]?.();
    }
  });
});
