/**
 * The client process: prints a few jobs over one session, whatever becomes of the server.
 *
 * node dist/client.js <url> <title>...
 */
import { CallError } from "@voxrpc/runtime";
import { connect } from "@voxrpc/runtime/node";
import { Jobs } from "./gen/jobs.vox.js";

const [url = "tcp://127.0.0.1:4000", ...titles] = process.argv.slice(2);

await using jobs = await connect(url, Jobs, { reconnect: true });

async function print(title: string): Promise<void> {
  try {
    console.log(`client: ${title} has number ${await jobs.print(title)}`);
  } catch (error) {
    // The server cannot say whether it was printed, so a person has to check.
    if (!(error instanceof CallError) || error.code !== "Indeterminate") throw error;
    const isPrinted = (await jobs.printed()).includes(title);
    console.log(`client: ${title} is indeterminate; the ledger ${isPrinted ? "has it" : "does not have it"}`);
    if (!isPrinted) await print(title);
  }
}

for (const title of titles) await print(title);
