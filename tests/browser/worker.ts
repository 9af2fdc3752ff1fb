/** What runs in a worker of the page: a client of its own. */
import { channel } from "@voxrpc/runtime";
import { connect } from "@voxrpc/runtime/web";
import { Streams } from "../interop/gen/streams.vox.js";

const client = await connect(Streams);
const numbers = channel<number>();
const counting = client.count(0, 50, numbers.tx);
let total = 0;
for await (const each of numbers.rx) total += each;
await counting;
await client.$close();
(globalThis as unknown as { postMessage(message: unknown): void }).postMessage(total);
