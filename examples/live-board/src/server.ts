/** The server process: the page and the service on one port. Arguments: the port, the file of the journal. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { attach } from "@voxrpc/runtime/node";
import { boardOf } from "./board.js";
import { boardDispatcher, type Entry } from "./gen/board.vox.js";
import { Journal } from "./journal.js";
import { site } from "./site.js";

const [port = "0", path = "board.jsonl"] = process.argv.slice(2);
const journal = new Journal<Entry>(path);
const http = createServer(site);
attach(http, boardDispatcher(boardOf(journal, () => process.kill(process.pid, "SIGKILL"))), {
  resumable: true,
});
http.listen(Number(port), "127.0.0.1", () => process.send?.((http.address() as AddressInfo).port));
