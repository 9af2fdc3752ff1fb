/**
 * A client without the code at hand that says where in a value encoding has failed: it is loaded when a call fails so.
 */
import type { CodecError, Observer } from "@voxrpc/runtime";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { memoryLinkPair } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { boundsOf, serveGolden } from "../support/golden-service.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const network = vi.hoisted(() => ({ isOffline: false }));

/** Asked at each load: a module that was loaded is not loaded again. */
vi.mock("../../packages/runtime/src/shape/codec-error.js", async (importOriginal) => {
  const all: object = await importOriginal();
  return {
    ...all,
    get encodeError() {
      if (network.isOffline) throw new Error("offline");
      return (all as { readonly encodeError: unknown }).encodeError;
    },
  };
});

async function connect() {
  const errors: unknown[] = [];
  const observer: Observer = { onEncodeError: ({ error, subject }) => errors.push([subject, error]) };
  const [ours, theirs] = memoryLinkPair();
  const [client, server] = await Promise.all([
    openSession(ours, { observer }),
    acceptSession(theirs, serveGolden({ lookup: (key) => `of ${key}` })),
  ]);
  const end = async (): Promise<void> => {
    await client.close();
    await server.closed;
  };
  return { client, errors, end };
}

/** Not a point: `y` is no number. */
const wrong = [[{ x: 1, y: "2" }]] as never;

describe("a value that does not fit, in a client that has to load why", () => {
  it.each([
    ["is refused with its place", false, /\[0\]\.y$/],
    ["is refused without its place where the code cannot be loaded", true, /^Golden\.\w+$/],
  ])("%s; observers get it before, and the next call goes on", async (_title, isOffline, path) => {
    network.isOffline = isOffline;
    const { client, errors, end } = await connect();
    const golden = client.client(Golden);
    const error: CodecError = await golden.$caller.call(boundsOf.method, wrong).then(
      () => expect.unreachable(),
      (thrown: CodecError) => {
        expect(errors).toEqual([["arguments", thrown]]);
        return thrown;
      },
    );
    expect(error).toMatchObject({
      code: "EncodeFailed",
      message: expect.stringContaining("i32"),
      path: expect.stringMatching(path),
    });
    await expect(golden.$caller.tryCall(boundsOf.method, wrong)).rejects.toMatchObject({
      code: "EncodeFailed",
    });
    expect(await golden.lookup("a")).toBe("of a");
    await end();
  });
});
