/** Operations without a driver: requests and their answers are lists. */
import { describe, expect, it } from "vitest";
import { Writer } from "../bytes/writer.js";
import type { CallErrorCode } from "../errors.js";
import { FakeClock } from "../testing/fake-clock.js";
import { Metadata, writeMetadata } from "../wire/metadata.js";
import type { LiveOperation, OperationRequest } from "./live-operation.js";
import { memoryOperationStore } from "./memory-operation-store.js";
import type { OperationStore, SealedReply } from "./operation-store.js";
import { type OperationHost, Operations, type StoreStep } from "./operations.js";

interface RequestInit {
  readonly operationId?: number;
  readonly methodId?: bigint;
  readonly args?: readonly number[];
  readonly persist?: boolean;
}

class FakeRequest implements OperationRequest<FakeRequest> {
  readonly name: string;
  readonly method: { readonly id: bigint; readonly persist: boolean };
  readonly bytes: Uint8Array;
  readonly metadataStart = 0;
  readonly metadataEnd: number;
  readonly argumentsStart: number;
  readonly argumentsEnd: number;
  isAnswered = false;
  operationId: number | bigint | undefined = undefined;
  operation: LiveOperation<FakeRequest> | undefined = undefined;
  aborted: string | undefined = undefined;

  constructor(name: string, { operationId, methodId = 1n, args = [], persist = false }: RequestInit) {
    this.name = name;
    this.method = { id: methodId, persist };
    const w = new Writer(64);
    const metadata = new Metadata(operationId === undefined ? {} : { "vox-operation-id": operationId });
    this.metadataEnd = writeMetadata(w, 0, metadata);
    this.bytes = Uint8Array.of(...w.buffer.slice(0, this.metadataEnd), ...args);
    this.argumentsStart = this.metadataEnd;
    this.argumentsEnd = this.bytes.length;
  }

  abort(text: string): void {
    this.aborted = text;
  }
}

class FakeHost implements OperationHost<FakeRequest> {
  readonly log: string[] = [];
  readonly running = new Set<FakeRequest>();
  operations: Operations<FakeRequest> | undefined = undefined;

  start(request: FakeRequest): void {
    this.log.push(`start ${request.name}`);
    this.running.add(request);
    if (request.operation === undefined) this.operations?.enter(request);
  }

  hold(request: FakeRequest): void {
    this.running.add(request);
  }

  findRunning(operationId: number | bigint): FakeRequest | undefined {
    return [...this.running].find((request) => request.operationId === operationId);
  }

  decline(request: FakeRequest): void {
    this.log.push(`decline ${request.name}`);
  }

  replay(request: FakeRequest, { payload }: SealedReply): void {
    this.#answer(request, `replay ${request.name} ${payload.join()}`, "Ok");
  }

  refuse(request: FakeRequest, code: CallErrorCode, detail = ""): void {
    this.#answer(request, `refuse ${request.name} ${code} ${detail}`.trim(), code);
  }

  reportForgotten(request: FakeRequest): void {
    this.log.push(`forgotten ${request.name}`);
  }

  reportStore(request: FakeRequest, step: StoreStep, error: unknown): void {
    this.log.push(`store failed ${request.name} ${step} ${String(error)}`);
  }

  advance(): void {
    this.log.push("advance");
  }

  #answer(request: FakeRequest, text: string, outcome: "Ok" | CallErrorCode): void {
    if (request.isAnswered) return;
    request.isAnswered = true;
    this.running.delete(request);
    this.log.push(text);
    this.operations?.finished(request, outcome, "");
  }
}

function makeOperations(store: OperationStore | undefined, isResumable = false, clock = new FakeClock()) {
  const host = new FakeHost();
  const scope = { id: 0, host: { sessionId: "session" } };
  const operations = new Operations<FakeRequest>(scope, store, 1000, isResumable, clock, host);
  host.operations = operations;
  const admit = (name: string, init: RequestInit): FakeRequest => {
    const request = new FakeRequest(name, init);
    operations.admit(request);
    return request;
  };
  const reply = (request: FakeRequest, value: number): void => {
    if (request.operation === undefined) throw new Error(`${request.name} is of no operation`);
    operations.reply(request.operation, { payload: Uint8Array.of(0, value), metadata: Uint8Array.of(0) });
  };
  return { host, operations, admit, reply };
}

const storeOf = () => memoryOperationStore({ clock: new FakeClock() });

describe("a call with an operation id", () => {
  it.each([
    ["of the same method with the same arguments", {}, ["decline second", "replay second 0,7"]],
    [
      "of another method",
      { methodId: 2n },
      ["decline second", "refuse second InvalidPayload operation ID conflict"],
    ],
    [
      "with other arguments",
      { args: [2] },
      ["decline second", "refuse second InvalidPayload operation ID conflict"],
    ],
  ])("that comes again %s while it runs has one handler", (_what, other, expected) => {
    for (const store of [storeOf(), undefined]) {
      const { host, admit, reply } = makeOperations(store);
      const first = admit("first", { operationId: 5, args: [1] });
      admit("second", { operationId: 5, args: [1], ...other });
      // Without a store the answer is kept as bytes only if another request waits for it.
      if (first.operation !== undefined) reply(first, 7);
      expect(host.log.filter((line) => line.startsWith("start"))).toEqual(["start first"]);
      expect(host.log.filter((line) => line.includes("second"))).toEqual(expected);
    }
  });

  it.each([
    ["is sealed", {}, "replay second 0,9"],
    ["is sealed, for another method", { methodId: 2n }, "refuse second InvalidPayload operation ID conflict"],
    ["is sealed, for other arguments", { args: [3] }, "refuse second InvalidPayload operation ID conflict"],
  ])("that comes again when its answer %s does not run", (_what, other, expected) => {
    const { host, admit, reply } = makeOperations(storeOf());
    reply(admit("first", { operationId: 5 }), 9);
    admit("second", { operationId: 5, ...other });
    expect(host.log).toEqual(["start first", "replay first 0,9", "decline second", expected]);
  });

  it("that ran without an answer is Indeterminate for the next who asks", () => {
    const { host, admit } = makeOperations(storeOf());
    const first = admit("first", { operationId: 6, persist: true });
    host.refuse(first, "Indeterminate");
    admit("second", { operationId: 6, persist: true });
    expect(host.log.at(-1)).toBe("refuse second Indeterminate");
  });

  it("that is cancelled may run again", () => {
    const { host, operations, admit } = makeOperations(storeOf());
    const first = admit("first", { operationId: 5 });
    operations.cancel(first);
    expect(first.aborted).toBe("the caller has cancelled the call");
    admit("second", { operationId: 5 });
    expect(host.log).toEqual(["start first", "refuse first Cancelled", "start second"]);
  });

  it("runs again under another id, and without one", () => {
    const { host, admit } = makeOperations(storeOf());
    admit("first", { operationId: 5 });
    admit("second", { operationId: 6 });
    admit("third", {});
    admit("fourth", {});
    expect(host.log).toEqual(["start first", "start second", "start third", "start fourth"]);
  });

  it("of a persist method is not cancelled", () => {
    const { host, operations, admit, reply } = makeOperations(undefined);
    const first = admit("first", { operationId: 5, persist: true });
    operations.cancel(first);
    expect(first.aborted).toBeUndefined();
    reply(first, 1);
    expect(host.log).toEqual(["start first", "replay first 0,1"]);
  });

  it.each([
    ["admit", ["store failed first admit no", "decline first", "refuse first Cancelled"]],
    ["seal", ["start first", "store failed first seal no", "replay first 0,1"]],
  ] as const)("does not hang when the store fails to %s", (step, expected) => {
    const fail = () => {
      throw "no";
    };
    const { host, admit, reply } = makeOperations({ ...bound(storeOf()), [step]: fail });
    const first = admit("first", { operationId: 5 });
    if (first.operation !== undefined) reply(first, 1);
    expect(host.log).toEqual(expected);
  });

  it("waits for a store that takes its time, and lets the next request start then", async () => {
    const slow = bound(storeOf());
    const { host, admit } = makeOperations({
      ...slow,
      admit: async (key, record) => slow.admit(key, record),
    });
    admit("first", { operationId: 5 });
    expect(host.log).toEqual([]);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(host.log).toEqual(["start first", "advance"]);
  });
});

const never = () => new Promise<never>(() => {});
const failures: readonly [string, () => unknown][] = [
  [
    "throws",
    () => {
      throw "no";
    },
  ],
  ["rejects", () => Promise.reject("no")],
  ["never answers", never],
];
const steps = ["admit", "seal", "lookup", "release", "remove"] as const;
const storeRows = steps.flatMap((step) =>
  failures.flatMap(([way, fail]) =>
    [1, Number.POSITIVE_INFINITY].flatMap((times) =>
      [true, false].map((persist) => [step, way, times, persist, fail] as const),
    ),
  ),
);

describe("a store", () => {
  it.each(storeRows)(
    "whose %s %s (%d times) runs nothing twice, and every call is answered (persist %s)",
    async (step, _way, times, persist, fail) => {
      const clock = new FakeClock();
      const inner = bound(storeOf());
      let left = times;
      let failed = 0;
      const failing: OperationStore = {
        ...inner,
        [step]: (...given: never[]) => {
          if (left === 0) return (inner[step] as (...each: never[]) => unknown)(...given);
          left -= 1;
          failed += 1;
          return fail();
        },
      };
      const { host, operations, admit, reply } = makeOperations(failing, true, clock);
      const later = async (): Promise<void> => {
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
        clock.advance(1000);
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      };
      const calls: FakeRequest[] = [];
      // Each operation is called three times: one is answered, one fails, one is cancelled.
      for (const [operationId, end] of [
        [1, (request: FakeRequest) => reply(request, 7)],
        [2, (request: FakeRequest) => host.refuse(request, "Indeterminate")],
        [3, (request: FakeRequest) => operations.cancel(request)],
      ] as const) {
        for (const turn of [1, 2, 3]) {
          const request = admit(`${operationId}.${turn}`, { operationId, persist });
          calls.push(request);
          await later();
          if (host.running.has(request) && host.log.includes(`start ${request.name}`)) end(request);
          await later();
          if (host.running.has(request) && persist && operationId === 3)
            host.refuse(request, "Indeterminate");
        }
      }
      expect(calls.filter(({ isAnswered }) => !isAnswered)).toEqual([]);
      for (const operationId of [1, 2]) {
        const starts = host.log.filter((line) => line.startsWith(`start ${operationId}.`));
        expect(starts.length).toBeLessThanOrEqual(1);
      }
      const reported = host.log.filter(
        (line) => line.startsWith("store failed") && line.includes(` ${step} `),
      );
      expect(reported.length).toBe(
        _way === "never answers" && (step === "release" || step === "remove") ? 0 : failed,
      );
    },
  );

  it("that takes a call after its time does not keep it from running later", async () => {
    const clock = new FakeClock();
    const inner = bound(storeOf());
    let answer: (value: undefined) => void = () => {};
    let isSlow = true;
    const { host, admit } = makeOperations(
      {
        ...inner,
        admit: (key, record) => {
          const taken = inner.admit(key, record);
          return isSlow ? new Promise((resolve) => (answer = () => resolve(undefined))) : taken;
        },
      },
      true,
      clock,
    );
    admit("first", { operationId: 5 });
    clock.advance(1000);
    expect(host.log.slice(1)).toEqual(["decline first", "refuse first Cancelled", "advance"]);
    answer(undefined);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    isSlow = false;
    admit("second", { operationId: 5 });
    expect(host.log.at(-1)).toBe("start second");
  });

  it("that has forgotten a call that was begun lets it run no second time", () => {
    for (const sealed of [true, false]) {
      const store = memoryOperationStore({ clock: new FakeClock(), maxEntries: 2 });
      const { host, operations, admit, reply } = makeOperations(store, true);
      const first = admit("first", { operationId: 1 });
      if (sealed) reply(first, 1);
      else host.refuse(first, "Cancelled");
      for (const operationId of [2, 3, 4]) reply(admit("other", { operationId }), 1);
      const again = admit("again", { operationId: 1 });
      expect(again.isAnswered).toBe(true);
      expect(host.log.slice(-2)).toEqual(["decline again", "refuse again Indeterminate"]);
      // One that has no answer stays until there is room for nothing else.
      expect(host.log.includes("forgotten again")).toBe(sealed);
      // For a peer that starts over it is another call.
      operations.end([]);
      admit("new", { operationId: 9 });
      expect(host.log.at(-1)).toBe("start new");
    }
  });

  const entry = { methodId: 1n, fingerprint: "f", persist: false };
  const sealed = { payload: Uint8Array.of(0), metadata: Uint8Array.of(0) };
  const damaged: readonly [string, unknown][] = [
    ["true", true],
    ["a text", "sealed"],
    ["an empty object", {}],
    ["no method", { ...entry, methodId: 1 }],
    ["no fingerprint", { ...entry, fingerprint: undefined }],
    ["no mark", { ...entry, persist: 1 }],
    ["a reply that is no bytes", { ...entry, reply: { payload: "ok", metadata: sealed.metadata } }],
    ["a reply without metadata", { ...entry, reply: { payload: sealed.payload } }],
    ["an empty reply", { ...entry, reply: { ...sealed, payload: Uint8Array.of() } }],
    ["a reply of another kind", { ...entry, reply: { ...sealed, payload: Uint8Array.of(2) } }],
    [
      "a reply with a failure of the runtime",
      { ...entry, reply: { ...sealed, payload: Uint8Array.of(1, 3) } },
    ],
    ["metadata that is none", { ...entry, reply: { ...sealed, metadata: Uint8Array.of(1, 200) } }],
    ["metadata with more behind it", { ...entry, reply: { ...sealed, metadata: Uint8Array.of(0, 0) } }],
    [
      "what throws when it is read",
      {
        get methodId(): never {
          throw new Error("no");
        },
      },
    ],
  ];

  it.each(damaged)("that gives %s costs that call", async (_name, given) => {
    for (const answer of [() => given, async () => given]) {
      const { host, admit } = makeOperations({ ...bound(storeOf()), admit: answer as never }, true);
      admit("first", { operationId: 5 });
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      expect(host.log.filter((line) => line !== "advance")).toEqual([
        expect.stringContaining("store failed first admit StoreError: an operation's record is damaged"),
        "decline first",
        "refuse first Indeterminate",
      ]);
    }
  });
});

/** A store as an object whose members can be replaced. */
function bound(store: OperationStore): OperationStore {
  return {
    admit: (key, record) => store.admit(key, record),
    lookup: (key) => store.lookup(key),
    seal: (key, record, reply) => store.seal(key, record, reply),
    release: (key) => store.release(key),
    remove: (key) => store.remove(key),
  };
}
