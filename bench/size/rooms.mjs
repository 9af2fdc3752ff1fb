/** What the start of a client consists of: bytes by room, so by folder of the runtime. */
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import { startText } from "./bundle.mjs";

const gzipped = (text) => gzipSync(text, { level: 9 }).length;

/**
 * The modules of a start with their texts, minified.
 * @param entry a path, as `bundle` takes it
 */
async function modulesOf(entry) {
  // A comment with its path precedes each module, as long as white space is kept.
  const pieces = (await startText(entry)).split(/^\/\/ (\S+\.[jt]s)$/m).slice(1);
  const modules = [];
  for (let at = 0; at < pieces.length; at += 2) {
    const { code } = await transform(pieces[at + 1], { minifyWhitespace: true });
    modules.push({ path: pieces[at].replace(/^packages\/runtime\/dist\//, ""), code });
  }
  return modules;
}

/**
 * Bytes of each room. Gzip finds what modules have in common, so a room is counted by what the start is smaller without
 * it, and the remainder is spread in proportion.
 * @returns `{ total, rooms }`, the largest first; `name` is a folder, or a module of the top
 */
export async function roomsOf(entry, nameOf = roomName) {
  const modules = await modulesOf(entry);
  const total = gzipped(modules.map(({ code }) => code).join(""));
  const names = [...new Set(modules.map(({ path }) => nameOf(path)))];
  const rooms = names.map((name) => {
    const own = modules.filter(({ path }) => nameOf(path) === name);
    const others = modules.filter(({ path }) => nameOf(path) !== name);
    return {
      name,
      minified: own.reduce((sum, { code }) => sum + code.length, 0),
      gzipped: total - gzipped(others.map(({ code }) => code).join("")),
    };
  });
  const found = rooms.reduce((sum, room) => sum + room.gzipped, 0);
  for (const room of rooms) room.gzipped *= total / found;
  return { total, rooms: rooms.sort((a, b) => b.gzipped - a.gzipped) };
}

function roomName(path) {
  if (path.startsWith("bench/")) return "the application and its generated file";
  const [folder, file] = path.split("/");
  return file === undefined ? path : `${folder}/`;
}
