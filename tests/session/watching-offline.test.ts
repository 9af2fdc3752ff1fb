/** The code that watches a session cannot be loaded. */

import type { Session } from "@voxrpc/runtime/link";
import { connectPair } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { serveGolden } from "../support/golden-service.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

vi.mock("../../packages/runtime/src/session/watching.js", () => {
  throw new Error("offline");
});

describe("where the code that watches a session cannot be loaded", () => {
  it.each<[string, (session: Session) => Promise<unknown>]>([
    ["rtt()", (session) => session.rtt()],
    ["next() of status()", (session) => session.status().next()],
  ])("%s fails with Io, and the session goes on", async (_what, ask) => {
    await using pair = await connectPair(serveGolden({ hello: () => "hi" }));
    await expect(ask(pair.client)).rejects.toMatchObject({
      code: "Io",
      retryable: true,
      message: expect.stringMatching(/^io error: the code that watches a session cannot be loaded: /),
      cause: expect.any(Error),
    });
    expect(pair.client.isOpen).toBe(true);
  });
});
