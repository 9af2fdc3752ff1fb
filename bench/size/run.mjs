/**
 * `npm run size`: bytes of what a browser loads, next to the same call of other libraries, each held against its limit
 * in `limits.json`. A client starts with one file. `--why [entry]` lists the modules of the entries, `--rooms [entry]`
 * the rooms of the runtime with their shares of gzip, `--set` writes today's figures and half a percent as limits.
 * The README names the limits of two clients. Exits 1 when a limit is exceeded, or the README names others.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { bundle } from "./bundle.mjs";
import { costOfMethod, sizeOfGenerated, sizeOfService } from "./methods.mjs";
import { faultOfReadme, setReadme } from "./readme.mjs";
import { roomsOf } from "./rooms.mjs";

const entries = [
  ["unary", "one unary call over a link"],
  ["streams", "all stream kinds"],
  ["reconnect", "streams, reconnect and resume"],
  ["both", "client and handlers, virtual connections"],
  ["page", "a page: unary calls over a WebSocket, reconnect"],
  ["page-streams", "a page: all stream kinds over a WebSocket, reconnect"],
];
const peers = [
  ["trpc", "tRPC over WebSocket"],
  ["capnweb", "Cap'n Web over WebSocket"],
  ["connect", "Connect over HTTP"],
];

const limitsFile = new URL("limits.json", import.meta.url);
const limits = JSON.parse(readFileSync(limitsFile, "utf8"));
const arguments_ = process.argv.slice(2);
const rows = [];

for (const [name, title] of entries) {
  const found = await bundle(`bench/size/${name}.ts`);
  rows.push({ name, title, ...found });
  if (found.files > 1) {
    console.error(`${title}: starts with ${found.files} files, because what is loaded later has imports`);
    process.exitCode = 1;
  }
}
const method = await costOfMethod();
rows.push({ name: "method", title: "each further unary method of the same types", ...method });
rows.push({ name: "generated", title: "generated file of 5,000 methods", minified: sizeOfGenerated() });
const service = await sizeOfService();
rows.push({
  name: "service",
  title: "client code of a service of 37 methods, without the runtime",
  ...service.client,
});
rows.push({ name: "serviceFile", title: "generated file of that service", minified: service.typeScript });

function figure(row) {
  return Math.ceil(row.gzipped ?? row.minified);
}

const number = (value) => (value === undefined ? "" : Math.ceil(value).toLocaleString("en-US"));
const line = (...cells) => console.log(`| ${cells.join(" | ")} |`);

line("client", "minified B", "gzip B", "limit B", "loaded later, gzip B");
line("---", "--:", "--:", "--:", "--:");
for (const row of rows) {
  const limit = limits[row.name];
  line(
    row.title,
    number(row.minified),
    number(row.gzipped),
    number(limit),
    row.later > 0 ? number(row.later) : "",
  );
}
for (const [name, title] of peers) {
  const { minified, gzipped } = await bundle(`bench/size/peers/${name}.mjs`);
  line(title, number(minified), number(gzipped), "", "");
}

const why = arguments_.indexOf("--why");
if (why >= 0) {
  const wanted = arguments_[why + 1];
  for (const row of rows) if (row.modules !== undefined && (wanted ?? row.name) === row.name) explain(row);
}

function explain({ title, modules, laterModules }) {
  console.log(`\n${title}: minified bytes by module`);
  for (const { module, bytes } of modules) console.log(`${String(bytes).padStart(8)}  ${module}`);
  if (laterModules.length > 0) console.log("  loaded later:");
  for (const { module, bytes } of laterModules) console.log(`${String(bytes).padStart(8)}  ${module}`);
}

const rooms = arguments_.indexOf("--rooms");
if (rooms >= 0) {
  const wanted = arguments_[rooms + 1];
  for (const [name, title] of entries) if ((wanted ?? name) === name) await showRooms(name, title);
}

async function showRooms(name, title) {
  const { total, rooms } = await roomsOf(`bench/size/${name}.ts`);
  console.log(`\n${title}: gzip bytes by room\n`);
  line("room", "minified B", "gzip B", "share");
  line("---", "--:", "--:", "--:");
  for (const { name, minified, gzipped } of rooms)
    line(name, number(minified), number(Math.round(gzipped)), `${Math.round((100 * gzipped) / total)} %`);
}

if (arguments_.includes("--set")) {
  // Node's zlib differs by a few bytes between versions.
  const set = Object.fromEntries(rows.map((row) => [row.name, Math.ceil(figure(row) * 1.005)]));
  writeFileSync(limitsFile, `${JSON.stringify(set, undefined, 2)}\n`);
  setReadme(set);
} else {
  const fault = faultOfReadme(limits);
  if (fault !== undefined) {
    console.error(fault);
    process.exitCode = 1;
  }
  for (const row of rows) {
    const limit = limits[row.name];
    if (limit !== undefined && figure(row) <= limit) continue;
    console.error(`${row.title}: ${number(figure(row))} B exceed the limit of ${number(limit ?? 0)} B`);
    process.exitCode = 1;
  }
}
