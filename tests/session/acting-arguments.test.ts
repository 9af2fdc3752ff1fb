/** Arguments whose getters end, close or use their session while they are encoded: every call settles. */
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { expect, it } from "vitest";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import type { Point } from "../support/golden-service.js";
import { serveGolden } from "../support/golden-service.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

type Side = Awaited<ReturnType<typeof connectPair>>["client"];
type Act = (session: Side, client: GoldenClient, controller: AbortController) => unknown;

const acts: readonly (readonly [string, Act])[] = [
  ["aborts the session", (session) => session.abort()],
  ["closes the session", (session) => void session.close({ timeoutMs: 0 })],
  ["closes the client", (_session, client) => void client.$close({ timeoutMs: 0 })],
  ["aborts the call", (_session, _client, controller) => controller.abort()],
  ["makes another call", (_session, client) => void client.hello().catch(() => {})],
];

it.each(acts.flatMap((act) => [1, 2].map((nth) => [...act, nth] as const)))(
  "a getter that %s settles its call and those beside it",
  async (_name, act, nth) => {
    await using pair = await connectPair(
      serveGolden({ translate: (p, by) => ({ x: p.x + by.x, y: p.y + by.y }) }),
    );
    const client = pair.client.client(Golden);
    const controller = new AbortController();
    // The first encoding of a method is a trial, before its schemas are announced.
    let reads = 0;
    const acting: Point = {
      get x() {
        reads += 1;
        if (reads === nth) act(pair.client, client, controller);
        return 1;
      },
      y: 2,
    };
    const still: Point = { x: 3, y: 4 };
    const calls = [
      client.translate(still, still),
      client.translate(acting, still, { signal: controller.signal }),
      client.translate(still, still),
    ];
    const settled = calls.map((call) =>
      call.then(
        () => "done",
        () => "failed",
      ),
    );
    for (let turn = 0; turn < 10; turn++) await settle();
    const all = await Promise.all(settled.map((each) => Promise.race([each, Promise.resolve("hangs")])));
    expect(all).not.toContain("hangs");
    expect(reads).toBeGreaterThan(0);
  },
);
