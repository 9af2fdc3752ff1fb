/**
 * What is loaded on demand is published as files without imports, with copies of modules that the start has, too. Here
 * a client loads such files in place of the sources, and the tests of what is loaded hold all the same.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CodecError, Metadata, RejectedError, SessionError } from "@voxrpc/runtime";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { memoryLinkPair } from "@voxrpc/runtime/testing";
import { afterAll, describe, expect, it, vi } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { boundsOf, serveGolden } from "../support/golden-service.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const published = vi.hoisted(() => ({ folder: "", loads: 0 }));

interface Script {
  readonly bundleLater: (folder: string) => Promise<void>;
}

async function load(name: string): Promise<object> {
  if (published.folder === "") {
    published.folder = mkdtempSync(join(tmpdir(), "vox-later-"));
    const script = await vi.importActual<Script>("../../scripts/bundle-later.mjs");
    await script.bundleLater(published.folder);
  }
  published.loads += 1;
  return import(pathToFileURL(join(published.folder, `${name}.js`)).href);
}

vi.mock("../../packages/runtime/src/driver/on-demand.js", () => load("driver/on-demand"));
vi.mock("../../packages/runtime/src/session/watching.js", () => load("session/watching"));

afterAll(() => rmSync(published.folder, { recursive: true, force: true }));

const sources = fileURLToPath(new URL("../../packages/runtime/src/", import.meta.url));
const sourceFiles = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !/\.(test|fixture)\.ts$/.test(name))
  .map((name) => readFileSync(join(sources, name), "utf8"));

/** Classes of which no instance passes between the start and what is loaded. */
const within = new Set(["FrameTooLarge", "ItemFault", "PlanLimitReached", "PlatformTimer", "ReadyCbor"]);

// The same tests as for the sources. The first of them wants that nothing is loaded yet.
await import("./comparing-later.test.js");
await import("./items-of-a-small-client.test.js");

it("each class that instances are compared with is branded", () => {
  const compared = sourceFiles.flatMap((text) =>
    [...text.matchAll(/instanceof (\w+)/g)].map(([, name]) => name),
  );
  const unbranded = [...new Set(compared)].filter(
    (name) =>
      name !== undefined &&
      !within.has(name) &&
      sourceFiles.some(
        (text) => text.includes(`class ${name} `) && !text.includes(`brand(${name}, "${name}")`),
      ),
  );
  expect(compared.length).toBeGreaterThan(50);
  expect(unbranded).toEqual([]);
});

describe("what a client loads", () => {
  it("throws errors that are instances of the classes of the start", async () => {
    const [ours, theirs] = memoryLinkPair();
    const [client, server] = await Promise.all([
      openSession(ours),
      acceptSession(theirs, serveGolden({ lookup: (key) => `of ${key}` })),
    ]);
    const error = await client
      .client(Golden)
      .$caller.call(boundsOf.method, [[{ x: 1, y: "2" }]] as never)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CodecError);
    expect(error).toMatchObject({ path: expect.stringMatching(/\.y$/) });
    expect(published.loads).toBe(1);
    expect(await client.rtt()).toBeGreaterThanOrEqual(0);
    expect(published.loads).toBe(2);
    await expect(client.rtt({ timeoutMs: -1 })).rejects.toBeInstanceOf(RangeError);
    await client.close();
    await expect(client.rtt()).rejects.toBeInstanceOf(SessionError);
    await server.closed;
  });

  it("takes the metadata of the start, and reads a refusal", async () => {
    const [ours, theirs] = memoryLinkPair();
    const asked = vi.fn();
    const serving = acceptSession(theirs, {
      accept(request) {
        asked(request.metadata.getString("token"));
        throw new RejectedError(new Metadata({ error: "no seats", seats: 3 }));
      },
    }).catch((reason: unknown) => reason);
    const metadata = (): Metadata => new Metadata({ token: "t" });
    const error = await openSession(ours, { metadata }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RejectedError);
    expect(error).toMatchObject({ code: "Rejected", message: expect.stringContaining("no seats") });
    expect(asked).toHaveBeenCalledWith("t");
    await serving;
  });
});
