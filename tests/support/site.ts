/** A site for tests: a page with a strict content-security policy, its scripts, and a Vox service on the same port. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Servable } from "@voxrpc/runtime";
import { attach, type Server } from "@voxrpc/runtime/node";
import { type BuildOptions, build } from "esbuild";
import { streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "./stream-handlers.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** No inline script, no `eval`, and connections to the page's own origin only. */
const policy = "default-src 'self'; script-src 'self'; connect-src 'self'; worker-src 'self'";

/** A running site. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly vox: Server;
  /** Cuts every connection, as a restart of a proxy does. */
  cutConnections(): void;
  /** Cuts every connection, and takes none until the work is done. */
  whileAway(work: () => Promise<unknown>): Promise<void>;
}

/** The scripts of the page in this folder, by the names under which it loads them. */
const ownScripts = {
  page: "tests/browser/page.ts",
  worker: "tests/browser/worker.ts",
  "shared-worker": "tests/browser/shared-worker.ts",
  frame: "tests/browser/frame.ts",
};

/** Bundles what a page loads. @param entries paths in the checkout by names @returns the texts by path */
export async function bundlePage(
  entries: Readonly<Record<string, string>> = ownScripts,
): Promise<ReadonlyMap<string, string>> {
  return bundled({ entryPoints: { ...entries }, splitting: true, format: "esm" });
}

/** Bundles a script that is loaded without `type: "module"`, as Firefox loads service workers. @returns its text */
export async function bundleClassic(entry: string): Promise<string> {
  const [text = ""] = (await bundled({ entryPoints: { script: entry }, format: "iife" })).values();
  return text;
}

async function bundled(options: BuildOptions): Promise<ReadonlyMap<string, string>> {
  const { outputFiles = [], warnings } = await build({
    ...options,
    absWorkingDir: root,
    outdir: "out",
    bundle: true,
    write: false,
    platform: "browser",
    target: "es2022",
    tsconfig: `${root}tsconfig.test.json`,
    logLevel: "silent",
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
  return new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf("/")), text]));
}

/** Starts the site on a free port of this machine. */
export async function startSite(
  scripts: ReadonlyMap<string, string>,
  servable: Servable = streamsDispatcher(streamsHandler().handler),
): Promise<Site> {
  const http: HttpServer = createServer((request, response) => {
    const script = scripts.get(request.url ?? "");
    // `/` loads `page.js`, and `/frame.html` loads `frame.js`.
    const name = request.url === "/" ? "page" : /^\/(\w+)\.html$/.exec(request.url ?? "")?.[1];
    const isPage = name !== undefined;
    response.writeHead(script !== undefined || isPage ? 200 : 404, {
      "content-type": script === undefined ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8",
      "content-security-policy": policy,
    });
    response.end(
      script ??
        (isPage
          ? `<!doctype html><title>vox</title><div id="root"></div><script type="module" src="/${name}.js"></script>`
          : ""),
    );
  });
  const sockets = new Set<Socket>();
  let isAway = false;
  http.on("connection", (socket) => {
    if (isAway) socket.destroy();
    else sockets.add(socket);
  });
  const cutConnections = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const vox = attach(http, servable, { path: "/vox", resumable: true });
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    vox,
    cutConnections,
    async whileAway(work) {
      isAway = true;
      cutConnections();
      await work();
      isAway = false;
    },
    async [Symbol.asyncDispose]() {
      await vox.close({ timeoutMs: 0 });
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
