/** The server that all clients share: says its address, ends with its parent. */
import { router } from "@voxrpc/runtime";
import { serve } from "@voxrpc/runtime/node";
import { fairnessDispatcher } from "../gen/fairness.vox.js";

const blobs = new Map();
const blobOf = (size) => {
  if (!blobs.has(size)) blobs.set(size, new Uint8Array(size));
  return blobs.get(size);
};
const countNodes = (tree) => tree.children.reduce((sum, child) => sum + countNodes(child), 1);
const dispatcher = fairnessDispatcher({
  echo: (text) => text,
  blob: blobOf,
  countNodes: (tree) => (tree.children.length > 1000 ? tree.children.length + 1 : countNodes(tree)),
  count: async (many, size, out) => {
    const item = blobOf(size);
    for (let sent = 0; sent < many; sent++) await out.send(item);
  },
});
process.on("disconnect", () => process.exit(0));
const server = await serve("tcp://127.0.0.1:0", router([dispatcher]), {
  observer: {},
  limits: { maxConnections: 200_000, maxInitialCredit: 1_000_000 },
});
process.send({ url: server.url });
