/** The development server of Vite: a changed schema reaches the page, an error reaches the overlay. */
import { readFileSync } from "node:fs";
import vitePlugin from "unplugin-vox/vite";
import { createServer, type HotPayload, type ViteDevServer } from "vite";
import { expect, it } from "vitest";
import { project, schema } from "./project.js";

/** A server without a socket or a watcher, which tells what it sends to the page. */
async function serverOf(root: string): Promise<{
  readonly server: ViteDevServer;
  next(type: HotPayload["type"]): Promise<HotPayload>;
}> {
  const waiting: { type: string; resolve: (payload: HotPayload) => void }[] = [];
  const server = await createServer({
    root,
    configFile: false,
    envDir: false,
    logLevel: "silent",
    appType: "custom",
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, ws: false, watch: null },
    plugins: [vitePlugin()],
  });
  const { hot } = server.environments.client;
  hot.send = (...args: unknown[]) => {
    const payload = args[0] as HotPayload;
    for (const one of waiting.filter(({ type }) => type === payload.type)) one.resolve(payload);
  };
  return {
    server,
    next: (type) => new Promise((resolve) => void waiting.push({ type, resolve })),
  };
}

it("sends an update when a schema has changed, with the new code on disk", async () => {
  using app = project();
  const { server, next } = await serverOf(app.folder);
  try {
    const schemaPath = `${app.folder}/src/catalog.vox`;
    const first = await server.transformRequest("/src/app.ts");
    expect(first?.code).toContain("catalog.vox");
    await server.transformRequest("/src/catalog.vox");
    await server.transformRequest("/src/catalog.vox.ts");
    app.write("src/catalog.vox", schema.replace("price(", "rename(to: string)\n  price("));
    const update = Promise.race([next("full-reload"), next("update")]);
    server.watcher.emit("change", schemaPath);
    await update;
    expect(readFileSync(`${schemaPath}.ts`, "utf8")).toContain("rename(to: string");
    expect((await server.transformRequest("/src/catalog.vox.ts"))?.code).toContain("rename");
  } finally {
    await server.close();
  }
});

it("shows an error of a changed schema in the overlay, and goes on when it is mended", async () => {
  using app = project();
  const { server, next } = await serverOf(app.folder);
  try {
    const schemaPath = `${app.folder}/src/catalog.vox`;
    await server.transformRequest("/src/app.ts");
    await server.transformRequest("/src/catalog.vox");
    app.write("src/catalog.vox", "service Catalog {\n  price(name: strin) -> u32\n}\n");
    const failure = next("error");
    server.watcher.emit("change", schemaPath);
    const { err } = (await failure) as Extract<HotPayload, { type: "error" }>;
    expect(err.message).toContain("src/catalog.vox:2:15: ");
    expect(err.loc).toEqual({ file: schemaPath, line: 2, column: 14 });
    expect(err.frame).toContain("strin");
    app.write("src/catalog.vox", schema);
    const update = Promise.race([next("full-reload"), next("update")]);
    server.watcher.emit("change", schemaPath);
    await update;
    expect((await server.transformRequest("/src/catalog.vox"))?.code).toContain("catalog.vox.ts");
  } finally {
    await server.close();
  }
});
