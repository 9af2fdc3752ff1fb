/** The Rust peer as a child process: built once by cargo, run as a server or as a client that makes its own checks. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../interop/rust/", import.meta.url));
const binary = `${folder}target/debug/vox-interop-peer${process.platform === "win32" ? ".exe" : ""}`;
const environment = { ...process.env, CARGO_TARGET_DIR: `${folder}target`, RUST_BACKTRACE: "0" };

/** Milliseconds that building the peer from nothing may take, downloads included. */
export const buildTimeoutMs: number = 15 * 60_000;

/** Milliseconds after which a run of the Rust client is taken to hang. */
const runTimeoutMs = 120_000;

/** Note with which the suite is skipped where cargo is missing. */
export const skipNote = "interop (cargo not found)";

/**
 * Whether the suite can run here.
 * @throws Error in CI, where a missing cargo is a mistake unless VOX_ALLOW_NO_CARGO says otherwise
 */
export function isCargoFound(): boolean {
  const isFound = spawnSync("cargo", ["--version"], { stdio: "ignore" }).status === 0;
  const isForgiven = isSet(process.env["VOX_ALLOW_NO_CARGO"]) || !isSet(process.env["CI"]);
  if (!isFound && !isForgiven) {
    throw new Error(
      "cargo is not found: install Rust, or set VOX_ALLOW_NO_CARGO=1 to go without the interop suite",
    );
  }
  return isFound;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** Builds the peer; does nothing when it is current. @throws Error with what cargo said */
export async function buildPeer(): Promise<void> {
  const build = spawn("cargo", ["build", "--locked", "--quiet"], { cwd: folder, env: environment });
  const said = collect(build);
  const [code] = (await once(build, "close")) as [number | null];
  if (code !== 0) throw new Error(`cargo build failed with ${code}:\n${said.errors}`);
}

/** A running server. */
export interface PeerServer extends AsyncDisposable {
  /** Where it listens, like `tcp://127.0.0.1:4000`. */
  readonly url: string;
}

/** What {@link startPeer} may be given. */
export interface PeerOptions {
  /** Items that the server takes on a fresh channel. Default 16. */
  readonly credit?: number;
  /** Milliseconds of silence after which it sends a Ping. Default: never. */
  readonly pingIntervalMs?: number;
  /** Its sessions outlive their links. Default false. */
  readonly isResumable?: boolean;
}

/** Starts the Rust server; disposing ends it. */
export async function startPeer(options: PeerOptions = {}): Promise<PeerServer> {
  const { credit = 16, pingIntervalMs, isResumable = false } = options;
  const pings = pingIntervalMs === undefined ? [] : [String(pingIntervalMs)];
  return startServing(isResumable ? ["resumable"] : ["serve", String(credit), ...pings]);
}

/**
 * Starts the Rust server over another transport; disposing ends it.
 * @param path of the Unix socket
 */
export function startPeerOn(transport: "local" | "ws", path: string): Promise<PeerServer> {
  return transport === "local" ? startServing(["local", path], "local") : startServing(["websocket"], "ws");
}

/** A version of the evolving service (`interop/rust/src/evolution.rs`). */
export type EvolutionVersion = "old" | "new";

/** Starts a server of one version of the evolving service. */
export function startEvolution(version: EvolutionVersion): Promise<PeerServer> {
  return startServing(["evolution", version, "serve"]);
}

/** Makes a client of one version call every method of a server of the evolving service. Each line is what it read. */
export function callEvolution(version: EvolutionVersion, url: string): Promise<PeerRun<PeerCheck>> {
  return run("evolution", version, "call", url);
}

async function startServing(args: readonly string[], scheme = "tcp"): Promise<PeerServer> {
  const child = spawn(binary, args, { env: environment });
  const said = collect(child);
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  const address = /^listening (\S+)$/.exec(first.done === true ? "" : first.value)?.[1];
  if (address === undefined) {
    child.kill();
    throw new Error(`the Rust server does not listen: ${said.errors}`);
  }
  return {
    url: `${scheme}://${address}`,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

/** What the Rust peer announces for a method: ids in decimal, CBOR as hex. */
export interface PeerAnnouncement {
  readonly service: string;
  readonly method: string;
  readonly id: string;
  readonly args: string;
  readonly response: string;
}

/** What the Rust peer announces for each of its methods. */
export async function readPeerAnnouncements(): Promise<readonly PeerAnnouncement[]> {
  const { lines, errors } = await run<PeerAnnouncement>("announcements");
  if (lines.length === 0) throw new Error(`the Rust peer announces nothing: ${errors}`);
  return lines;
}

/** What the Rust client says about one of its checks. */
export interface PeerCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What it saw, or what is wrong. */
  readonly detail: string;
}

/** All lines of a run of the Rust peer. */
export interface PeerRun<T> {
  readonly code: number | null;
  /** Its JSON lines, parsed. */
  readonly lines: readonly T[];
  readonly errors: string;
}

/** Runs the checks of calls of the Rust client against a server. */
export function runPeerChecks(url: string): Promise<PeerRun<PeerCheck>> {
  return run("client", url);
}

/** Runs its checks of channels and virtual connections. @param credit items that it takes on a fresh channel */
export function runStreamChecks(url: string, credit: number): Promise<PeerRun<PeerCheck>> {
  return run("streams", url, String(credit));
}

/** Runs those that need no calls back on a virtual connection. @param credit items that it takes on a fresh channel */
export function runVirtualChecks(url: string, credit: number): Promise<PeerRun<PeerCheck>> {
  return run("virtual", url, String(credit));
}

async function run<T>(...args: readonly string[]): Promise<PeerRun<T>> {
  const child = spawn(binary, args, { env: environment, timeout: runTimeoutMs });
  const said = collect(child);
  const [code] = (await once(child, "close")) as [number | null];
  const lines = said.output.split("\n").filter((line) => line.startsWith("{"));
  return { code, lines: lines.map((line) => JSON.parse(line) as T), errors: said.errors };
}

/** One slow call of the Rust client. */
export interface SlowCall extends AsyncDisposable {
  /** How the call ended, as Rust writes it: `Ok(42)`. */
  readonly outcome: Promise<string>;
}

/**
 * Makes the Rust client call `slow(delayMs, 42)`; resolves when it is about to.
 * @param isResumable whether its session can be resumed
 */
export async function startSlowCall(url: string, delayMs: number, isResumable = false): Promise<SlowCall> {
  const args = ["slow", url, String(delayMs), ...(isResumable ? ["resumable"] : [])];
  const child = spawn(binary, args, { env: environment, timeout: runTimeoutMs });
  const said = collect(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true || first.value !== "calling") {
    child.kill();
    throw new Error(`no call was made: ${said.errors}`);
  }
  const ended = once(child, "close");
  return {
    outcome: lines.next().then(async (line) => {
      await ended;
      return line.done === true ? `nothing: ${said.errors}` : line.value;
    }),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

function collect(child: ChildProcessWithoutNullStreams): { output: string; errors: string } {
  const said = { output: "", errors: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    said.output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.errors += chunk.toString();
  });
  child.stdin.on("error", () => undefined);
  return said;
}
