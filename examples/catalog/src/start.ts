/** Runs the server and the client as two processes, shows what both say, and ends with the client. */
import { fork } from "node:child_process";
import { once } from "node:events";

const server = fork(new URL("./server.js", import.meta.url), ["tcp://127.0.0.1:0"]);
const [url] = (await once(server, "message")) as [string];
const client = fork(new URL("./client.js", import.meta.url), [url]);
const [code] = (await once(client, "exit")) as [number | null];
server.send("stop");
await once(server, "exit");
console.log(`\nclient and server have ended; exit code ${code ?? 1}`);
process.exitCode = code ?? 1;
