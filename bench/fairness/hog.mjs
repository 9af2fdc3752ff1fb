/** A client that gives the server one kind of work as fast as it can. On a stop message it reports the rate. */
import { channel } from "@voxrpc/runtime";
import { connectSession } from "@voxrpc/runtime/node";
import { Fairness, Missing } from "../gen/fairness.vox.js";

const [url, kind] = process.argv.slice(2);
const limits = { maxPendingOpens: 200_000, maxConnections: 200_000, openTimeoutMs: 600_000 };
const session = await connectSession(url, {
  service: Fairness.name,
  initialChannelCredit: 1_000_000,
  limits,
});
const client = session.client(Fairness);
const treeOf = (length) => ({ children: Array.from({ length }, () => ({ children: [] })) });
/** Past the server's `maxDecodedBytes`: refused when its count is read. */
const tooWide = kind === "wide" ? treeOf(4_000_000) : undefined;
/** The most that the defaults let through: 88 bytes of memory a node. */
const widest = kind === "widest" ? treeOf(1_500_000) : undefined;
let done = 0;
let isOver = false;

const kinds = {
  async nothing() {
    await new Promise((resolve) => setTimeout(resolve, 100));
  },
  async stream() {
    const { tx, rx } = channel();
    const call = client.count(100_000, 1000, tx);
    for await (const item of rx) done += item.length / 1e6;
    await call;
  },
  async blobs() {
    await Promise.all(Array.from({ length: 64 }, () => client.blob(1 << 20)));
    done += 64;
  },
  async opens() {
    const opens = Array.from({ length: 100_000 }, () => session.open(Missing).catch(() => {}));
    await Promise.all(opens);
    done += opens.length;
  },
  async pairs() {
    const opens = Array.from({ length: 20_000 }, () => {
      const controller = new AbortController();
      const open = session.open(Fairness, { signal: controller.signal }).catch(() => {});
      controller.abort();
      return open;
    });
    await Promise.all(opens);
    await client.echo("all read");
    done += opens.length;
  },
  async wide() {
    await client.countNodes(tooWide).then(
      () => Promise.reject(new Error("a value past the limit was read")),
      ({ code }) => code === "InvalidPayload" || Promise.reject(new Error(`${code}`)),
    );
    done += 1;
  },
  async widest() {
    await client.countNodes(widest);
    done += 1;
  },
};

process.on("message", () => {
  isOver = true;
});
process.on("disconnect", () => process.exit(0));
await kinds[kind]();
done = 0;
process.send("warm");
const startedAt = performance.now();
while (!isOver) await kinds[kind]();
process.send({ rate: (done / (performance.now() - startedAt)) * 1000 });
