/** Versions in processes of their own, and calls between them over TCP. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { type Called, judge, type Outcome, type Served } from "../support/ends.js";
import type { Answered, Numbered, Order } from "./version-process.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Below node_modules: what is not bundled is found from there. */
const folder = `${root}node_modules/.cache/vox-tests`;

/** The program of version processes, made of the sources as they are now. */
export class VersionProgram implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async build(): Promise<VersionProgram> {
    const path = `${folder}/version-process-${process.pid}.mjs`;
    mkdirSync(folder, { recursive: true });
    const bundle = await rolldown({
      input: `${root}tests/changes/version-process.ts`,
      platform: "node",
      tsconfig: `${root}tsconfig.test.json`,
      resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
      external: ["typescript", "fast-check"],
      logLevel: "warn",
    });
    // One file: what the runtime loads when it is needed is in it, too.
    await bundle.write({ file: path, format: "esm", codeSplitting: false });
    await bundle.close();
    return new VersionProgram(path);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { force: true });
  }
}

/** A process that speaks for one version at a time. */
export class FarVersion implements AsyncDisposable {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Resolvers<Answered>>();
  /** The end of what it wrote to stderr: handlers that fail, as they should, and its own mistakes. */
  private said = "";
  private lastId = 0;

  private constructor(program: VersionProgram) {
    this.child = fork(program.path, {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.said = `${this.said}${text}`.slice(-4000);
    });
  }

  /** Starts a process and waits until it listens to its parent: a busy machine takes long to load it. */
  static async start(program: VersionProgram): Promise<FarVersion> {
    const version = new FarVersion(program);
    const { child, waiting } = version;
    const ended = once(child, "exit").then(([code]) => {
      const error = new Error(`the process of the version ended with ${String(code)}: ${version.said}`);
      for (const { reject } of waiting.values()) reject(error);
      throw error;
    });
    ended.catch(() => undefined);
    await Promise.race([once(child, "message"), ended]);
    child.on("message", ({ id, content }: Numbered<Answered>) => {
      waiting.get(id)?.resolve(content);
      waiting.delete(id);
    });
    return version;
  }

  async serve(texts: Readonly<Record<string, string>>, title: string, runs: number): Promise<string> {
    const answered = await this.ask({ kind: "serve", texts, title, runs });
    if ("url" in answered) return answered.url;
    throw unexpected(answered);
  }

  async stop(): Promise<readonly Served[]> {
    const answered = await this.ask({ kind: "stop" });
    if ("served" in answered) return answered.served;
    throw unexpected(answered);
  }

  async call(
    texts: Readonly<Record<string, string>>,
    title: string,
    runs: number,
    url: string,
  ): Promise<readonly Called[]> {
    const answered = await this.ask({ kind: "call", texts, title, runs, url });
    if ("called" in answered) return answered.called;
    throw unexpected(answered);
  }

  private ask(order: Order): Promise<Answered> {
    const answer = withResolvers<Answered>();
    this.lastId += 1;
    this.waiting.set(this.lastId, answer);
    this.child.send({ id: this.lastId, content: order } satisfies Numbered<Order>, (error) => {
      if (error !== null) answer.reject(error);
    });
    return answer.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.disconnect();
    await ended;
  }
}

interface Resolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<T>(): Resolvers<T> {
  let resolve: Resolvers<T>["resolve"] = () => undefined;
  let reject: Resolvers<T>["reject"] = () => undefined;
  const promise = new Promise<T>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function unexpected(answered: Answered): Error {
  return new Error("problem" in answered ? answered.problem : "the process answered another question");
}

/** A version for a meeting: the process that speaks for it, and its schemas by absolute path. */
export interface FarSide {
  readonly process: FarVersion;
  readonly texts: Readonly<Record<string, string>>;
}

/** What came of the calls of a meeting, and why they failed where they did. */
export interface FarMeeting {
  readonly outcomes: readonly Outcome[];
  readonly faults: readonly string[];
}

/** Calls a method over TCP, as `meet` does in one process. */
export async function meetFar(
  client: FarSide,
  server: FarSide,
  title: string,
  runs: number,
): Promise<FarMeeting> {
  const url = await server.process.serve(server.texts, title, runs);
  const called = await client.process.call(client.texts, title, runs, url);
  const served = await server.process.stop();
  const faults = called.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  return { outcomes: judge(called, served), faults };
}
