/** The examples of `docs/exactly-once.md`, unchanged: here, or in `examples/job-queue`. */
import { readFileSync } from "node:fs";
import { Metadata, partialDispatcher } from "@voxrpc/runtime";
import {
  memoryOperationStore,
  type OperationEntry,
  type OperationKey,
  type OperationRecord,
  type OperationStore,
  type SealedReply,
} from "@voxrpc/runtime/store";
import { connectPair, operationStoreContract } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Everything, type EverythingHandler, everythingDispatcher } from "../interop/gen/everything.vox.js";

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("docs/exactly-once.md", () => {
  it("shows code that runs", () => {
    const examples = [...textOf("docs/exactly-once.md").matchAll(/^```ts\n(.*?)^```/gms)].map(
      ([, code = ""]) => code,
    );
    expect(examples.length).toBe(5);
    const sources = [
      "tests/docs/exactly-once.test.ts",
      "examples/job-queue/src/server.ts",
      "examples/job-queue/src/client.ts",
    ];
    const code = sources.map(textOf).join("\n").replaceAll(/^ +/gm, "");
    // The example puts a store in front of its own, to know when to die.
    const known = code.replaceAll("operationStore: watched", "operationStore: store");
    for (const example of examples) expect(known).toContain(example.replaceAll(/^ +/gm, ""));
  });

  it("makes a call again by hand", async () => {
    let runs = 0;
    const handler: Pick<EverythingHandler, "commit"> = {
      commit(_id, at) {
        runs += 1;
        return at;
      },
    };
    await using pair = await connectPair(partialDispatcher(everythingDispatcher, handler));
    const shop = pair.client.client(Everything);

    const metadata = new Metadata({ "vox-operation-id": 2n ** 40n });
    const first = await shop.commit(7n, 1, { metadata });
    const again = await shop.commit(7n, 1, { metadata });
    expect([first, again, runs]).toEqual([1, 1, 1]);

    await expect(shop.commit(8n, 1, { metadata })).rejects.toMatchObject({
      code: "InvalidPayload",
      detail: "operation ID conflict",
    });
    expect(await shop.commit(8n, 1)).toBe(1);
  });
});

/** A store as an application may have it: it asks something else and waits. */
class MyStore implements OperationStore {
  private readonly kept = memoryOperationStore();

  async admit(key: OperationKey, record: OperationRecord): Promise<OperationEntry | undefined> {
    return this.kept.admit(key, record);
  }

  async lookup(key: OperationKey): Promise<OperationEntry | undefined> {
    return this.kept.lookup(key);
  }

  async seal(key: OperationKey, record: OperationRecord, reply: SealedReply): Promise<void> {
    this.kept.seal(key, record, reply);
  }

  async release(key: OperationKey): Promise<void> {
    this.kept.release(key);
  }

  async remove(key: OperationKey): Promise<void> {
    this.kept.remove(key);
  }
}

describe("a store of one's own", () => {
  for (const { name, run } of operationStoreContract(() => new MyStore())) it(name, run);
});
