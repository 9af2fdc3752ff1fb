/** A page in Chromium calls the Rust server over a WebSocket. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { knownBrowsers, programOf, startBrowser, startTimeoutMs } from "../support/browser.js";
import { buildPeer, buildTimeoutMs, isCargoFound, skipNote, startPeerOn } from "./peer.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What runs in the page: calls, a stream of the server and one of the page. */
const script = `
  import { channel } from "@voxrpc/runtime";
  import { connect } from "@voxrpc/runtime/web";
  import { Everything } from "./gen/everything.vox.js";
  import { Streams } from "./gen/streams.vox.js";
  globalThis.callRust = async (url) => {
    await using everything = await connect(url, Everything);
    const joined = await everything.join("a", 7, ["b", "c"], "Blue");
    await using streams = await connect(url, Streams);
    const numbers = channel();
    const counting = streams.count(0, 1000, numbers.tx);
    let seen = 0;
    for await (const each of numbers.rx) seen += each;
    await counting;
    const upload = channel();
    const [total] = await Promise.all([streams.sum(upload.rx), upload.tx.sendAll([1, 2, 3])]);
    return { joined, seen, total: String(total) };
  };
`;

it("a page in Chromium calls a Rust server", { timeout: buildTimeoutMs + startTimeoutMs }, async ({
  skip,
}) => {
  const chrome = knownBrowsers.find(({ name }) => name === "chrome");
  const program = chrome === undefined ? undefined : programOf(chrome);
  if (chrome === undefined || program === undefined) return skip(chrome?.skipNote);
  if (!isCargoFound()) return skip(skipNote);
  await buildPeer();
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: `${root}tests/interop`, loader: "ts" },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    tsconfig: `${root}tsconfig.test.json`,
    logLevel: "silent",
  });
  const page = createServer((_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end("<!doctype html><title>vox</title>");
  });
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  try {
    await using peer = await startPeerOn("ws", "");
    await using started = await startBrowser(chrome, program);
    const tab = await started.browser.newPage();
    await tab.goto(`http://127.0.0.1:${(page.address() as AddressInfo).port}/`);
    await tab.evaluate(outputFiles[0]?.text ?? "");
    expect(await tab.evaluate(`callRust(${JSON.stringify(peer.url)})`)).toEqual({
      joined: "a|7|b,c|Blue",
      seen: 499_500,
      total: "6",
    });
  } finally {
    page.closeAllConnections();
    await new Promise((resolve) => page.close(resolve));
  }
});
