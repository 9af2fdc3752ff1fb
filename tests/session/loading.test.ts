/** Code that is loaded on demand, over a network that fails or stalls: the error is typed, and time and signal hold. */
import { type Metadata, VoxError } from "@voxrpc/runtime";
import { openSession } from "@voxrpc/runtime/link";
import { connectPair, FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import type * as Plans from "../../packages/runtime/src/driver/plans.js";
import { type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const network = vi.hoisted(() => ({ arrival: (): Promise<void> => Promise.resolve() }));

vi.mock("../../packages/runtime/src/driver/plans.js", async (importOriginal) => {
  const all = await importOriginal<typeof Plans>();
  return { ...all, loadPlans: () => network.arrival().then(() => all.loadPlans()) };
});
vi.mock("../../packages/runtime/src/session/watching.js", async (importOriginal) => {
  await network.arrival();
  return importOriginal();
});
const offline = (): Promise<void> => Promise.reject(new Error("offline"));
let arrive = (): void => {};
const stalled = new Promise<void>((resolve) => {
  arrive = resolve;
});

interface Bounds {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Use {
  readonly clock: FakeClock;
  /** Needs the code. */
  readonly begin: (bounds?: Bounds) => Promise<unknown>;
  readonly end: () => Promise<void>;
}

const metadata = vi.fn((): Metadata | undefined => undefined);

/** A client that requests its metadata. */
async function asking(): Promise<Use> {
  const clock = new FakeClock();
  const [ours, theirs] = memoryLinkPair();
  const onClosed = vi.fn();
  theirs.start({ onFrame() {}, onIdle() {}, onClosed, onDrain() {} });
  const begin = (bounds: Bounds = {}): Promise<unknown> => openSession(ours, { ...bounds, clock, metadata });
  return {
    clock,
    begin,
    async end() {
      await settle();
      expect(onClosed).toHaveBeenCalledTimes(1);
    },
  };
}

async function errorOf(work: Promise<unknown>): Promise<VoxError> {
  const error = await work.then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VoxError)) throw error;
  return error;
}

async function measuring(): Promise<Use> {
  const clock = new FakeClock();
  const pair = await connectPair(shopDispatcher({} as ShopHandler), { clock });
  return { clock, begin: (bounds) => pair.client.rtt(bounds), end: async () => pair[Symbol.asyncDispose]() };
}

const attempts: readonly (readonly [string, () => Promise<Use>])[] = [
  ["the metadata of a handshake", asking],
  ["rtt()", measuring],
];

describe("code that cannot be loaded", () => {
  it.each(attempts)("fails %s with Io", async (_what, start) => {
    network.arrival = offline;
    const use = await start();
    expect(await errorOf(use.begin())).toMatchObject({
      code: "Io",
      retryable: true,
      message: expect.stringMatching(/^io error: the code that .* cannot be loaded: /),
      cause: expect.any(Error),
    });
    await use.end();
    expect(use.clock.armed).toBe(0);
  });
});

describe("code that does not arrive", () => {
  it.each(attempts)("ends %s at its time", async (_what, start) => {
    network.arrival = () => stalled;
    const use = await start();
    const error = errorOf(use.begin({ timeoutMs: 50 }));
    await use.clock.elapse(60);
    expect(await error).toMatchObject({ code: "ConnectTimeout", message: expect.stringMatching(/50 ms$/) });
    await use.end();
    expect(use.clock.armed).toBe(0);
  });

  it.each(attempts.slice(0, 1))("ends %s when its signal is aborted", async (_what, start) => {
    network.arrival = () => stalled;
    const use = await start();
    const controller = new AbortController();
    const error = errorOf(use.begin({ signal: controller.signal }));
    await settle();
    controller.abort("enough");
    expect(await error).toMatchObject({ code: "Cancelled", cause: "enough" });
    await use.end();
    expect(use.clock.armed).toBe(0);
  });

  it.each(attempts)("ends %s at once when its signal is aborted already", async (_what, start) => {
    network.arrival = () => stalled;
    const use = await start();
    expect(await errorOf(use.begin({ signal: AbortSignal.abort("early") }))).toMatchObject({
      code: "Cancelled",
      cause: "early",
    });
    await use.end();
  });

  it("does not hide that the options of rtt() are not valid", async () => {
    network.arrival = () => stalled;
    const use = await measuring();
    await expect(use.begin({ timeoutMs: Number.NaN })).rejects.toThrow(/^timeoutMs must be /);
    await use.end();
  });

  it("asks the application nothing when it arrives too late", async () => {
    network.arrival = () => stalled;
    const use = await asking();
    const error = errorOf(use.begin({ timeoutMs: 50 }));
    await use.clock.elapse(60);
    arrive();
    await import("../../packages/runtime/src/driver/on-demand.js");
    await use.end();
    expect(await error).toMatchObject({ code: "ConnectTimeout" });
    expect(metadata).not.toHaveBeenCalled();
  });
});
