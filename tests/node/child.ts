/** A program that serves its parent over its standard streams; what it prints for people goes to the standard error. */
import { acceptSession } from "@voxrpc/runtime/link";
import { linkOf } from "@voxrpc/runtime/node";
import { streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";

const link = linkOf({ readable: process.stdin, writable: process.stdout }, { role: "acceptor" });
const session = await acceptSession(link, streamsDispatcher(streamsHandler().handler));
await session.closed;
