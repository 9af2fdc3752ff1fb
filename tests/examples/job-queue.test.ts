/** The job queue of `examples/job-queue`, whose server is killed three times. Needs a build. */
import { expect, it } from "vitest";
import { loadSqlite } from "../../packages/runtime/src/sqlite/sqlite-built.fixture.js";
import { Running } from "../support/command.js";
import { buildExample } from "../support/example.js";

const sqlite = await loadSqlite();

it.skipIf(sqlite === undefined)("prints each job once, whatever becomes of its server", async () => {
  const folder = buildExample("job-queue");
  await using example = new Running(process.execPath, ["dist/start.js"], folder);
  const { code, out, error } = await example.ended();
  expect({ code, error }).toEqual({ code: 0, error: "" });
  // The lines of one process have an order; lines of different processes have none.
  const saidBy = (who: string): string[] => out.split("\n").filter((line) => line.startsWith(`${who}: `));
  expect(saidBy("start")).toEqual([
    expect.stringMatching(/^start: the server runs on tcp:\/\/127\.0\.0\.1:\d+$/),
    "start: the server was ended by SIGKILL (recorded:bill 2); the next one takes its place",
    "start: the server was ended by SIGKILL (begun:bill 3); the next one takes its place",
    "start: the server was ended by SIGKILL (printed:bill 4); the next one takes its place",
  ]);
  expect(saidBy("client")).toEqual([
    "client: bill 1 has number 1",
    "client: bill 2 has number 2",
    "client: bill 3 is indeterminate; the ledger does not have it",
    "client: bill 3 has number 3",
    "client: bill 4 is indeterminate; the ledger has it",
    "client: bill 5 has number 5",
  ]);
  expect(saidBy("server")).toEqual([1, 2, 3, 4, 5].map((bill) => `server: prints bill ${bill}`));
  expect(saidBy("ledger")).toEqual([1, 2, 3, 4, 5].map((bill) => `ledger: bill ${bill}, once`));
});
