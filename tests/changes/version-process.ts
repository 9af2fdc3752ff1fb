/**
 * A process of one version: it serves and calls what it is given the schemas of. Its parent talks to it by messages,
 * one at a time; see `far-version.ts`.
 */
import { connect, type Server, serve } from "@voxrpc/runtime/node";
import { type Called, callAll, find, type Served, ServingEnd, Version } from "../support/ends.js";
import { modelOf } from "../support/generated.js";

/** What the parent requests. */
export type Order =
  /** Serve what has to do with a method; the answer is the address. */
  | {
      readonly kind: "serve";
      readonly texts: Readonly<Record<string, string>>;
      readonly title: string;
      readonly runs: number;
    }
  /** Stop serving; the answer is what was seen. */
  | { readonly kind: "stop" }
  /** Call a method of the server of this address; the answer is what came of it. */
  | {
      readonly kind: "call";
      readonly texts: Readonly<Record<string, string>>;
      readonly title: string;
      readonly runs: number;
      readonly url: string;
    };

/** An order or its answer, with the number that both have. */
export interface Numbered<T> {
  readonly id: number;
  readonly content: T;
}

/** The answer to an order, or why there is none. */
export type Answered =
  | { readonly url: string }
  | { readonly served: readonly Served[] }
  | { readonly called: readonly Called[] }
  | { readonly problem: string };

const versions = new Map<string, Version>();
let serving: { readonly server: Server; readonly end: ServingEnd } | undefined;

function versionOf(texts: Readonly<Record<string, string>>): Version {
  const key = JSON.stringify(texts);
  let version = versions.get(key);
  if (version === undefined) {
    version = new Version(modelOf(texts));
    versions.set(key, version);
  }
  return version;
}

async function obey(order: Order): Promise<Answered> {
  switch (order.kind) {
    case "serve": {
      const end = new ServingEnd(versionOf(order.texts), order.title, order.runs);
      serving = { server: await serve("tcp://127.0.0.1:0", end.dispatcher), end };
      return { url: serving.server.url };
    }
    case "stop": {
      await serving?.server.close();
      const served = serving?.end.served ?? [];
      serving = undefined;
      return { served };
    }
    case "call": {
      const met = find(versionOf(order.texts), order.title);
      if (met === undefined) throw new Error(`no method ${order.title}`);
      const calls = await connect(order.url, met.version.generated(met.service.name));
      try {
        return { called: await callAll(calls, met.method, order.runs) };
      } finally {
        await calls["$close"]?.();
      }
    }
  }
}

process.on("message", ({ id, content }: Numbered<Order>) => {
  const answer = (answered: Answered): void => {
    process.send?.({ id, content: answered } satisfies Numbered<Answered>);
  };
  obey(content).then(answer, (error: unknown) => answer({ problem: String(error) }));
});
// The end of the parent is the end of this.
process.on("disconnect", () => process.exit());
process.send?.("ready");
