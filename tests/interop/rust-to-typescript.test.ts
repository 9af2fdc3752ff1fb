/** The Rust client calls a TypeScript server: its own checks, what the handlers saw, the end of the server. */
import { router } from "@voxrpc/runtime";
import { type Server, serve } from "@voxrpc/runtime/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { everythingDispatcher } from "./gen/everything.vox.js";
import { probeDispatcher } from "./gen/probe.vox.js";
import { type Recorded, recordingHandlers } from "./handlers.js";
import {
  buildPeer,
  buildTimeoutMs,
  isCargoFound,
  type PeerCheck,
  type PeerRun,
  runPeerChecks,
  skipNote,
  startSlowCall,
} from "./peer.js";
import { type EchoName, echoed } from "./samples.js";

/** The checks of the Rust client, in their order (`interop/rust/src/client.rs`). */
const checkNames = [
  "ping",
  "echo_bool",
  "echo_u64",
  "echo_string",
  "echo_bytes",
  "echo_option",
  "echo_list",
  "echo_tuple",
  "echo_map",
  "echo_result",
  "echo_integers",
  "echo_floats",
  "echo_texts",
  "echo_numbers",
  "echo_options",
  "echo_lists",
  "echo_samples",
  "echo_arrays",
  "echo_tuples",
  "echo_maps",
  "echo_results",
  "echo_color",
  "echo_shape",
  "echo_defaults",
  "echo_reserved",
  "echo_generics",
  "echo_recursion",
  "echo_page",
  "echo_choice",
  "say",
  "echo_empty",
  "scale",
  "join",
  "join_empty",
  "lookup",
  "lookup_none",
  "commit",
  "wide_not_sent",
  "fail_shape_not",
  "fail_shape_unit",
  "fail_shape_newtype",
  "fail_shape_struct",
  "fail_shape_tuple",
  "fail_text",
  "fail_refusal",
  "fail_report",
  "metadata_plain",
  "metadata_added",
  "metadata_of_response",
  "concurrent",
  "bytes_64k",
  "bytes_1m",
  "fill_1m",
  "wide_read",
  "outline",
  "unknown_method",
  "unknown_method_with_value",
  "other_type",
  "after_mismatch",
  "unknown_service",
  "crash",
  "given_up",
  "after_given_up",
  "still_there",
] as const;

const isReady = isCargoFound();

beforeEach(({ skip }) => skip(!isReady, skipNote));

/** A server of both services and what its handlers saw. */
async function startServer(url = "tcp://127.0.0.1:0"): Promise<{ server: Server; recorded: Recorded }> {
  const recorded = recordingHandlers();
  const services = router([everythingDispatcher(recorded.everything), probeDispatcher(recorded.probe)]);
  return { server: await serve(url, services), recorded };
}

describe("checks of the Rust client", () => {
  let server: Server;
  let recorded: Recorded;
  let run: PeerRun<PeerCheck>;

  beforeAll(async () => {
    if (!isReady) return;
    await buildPeer();
    ({ server, recorded } = await startServer());
    run = await runPeerChecks(server.url);
  }, buildTimeoutMs);

  afterAll(() => server?.close());

  it.each(checkNames)("%s", (name) => {
    const check = run.lines.find((each) => each.name === name);
    expect(check, run.errors).toBeDefined();
    expect(check).toMatchObject({ ok: true });
  });

  it("are these and no others, and all were made", () => {
    expect(run.lines.map(({ name }) => name)).toEqual(checkNames);
    expect(run.code, run.errors).toBe(0);
  });

  it.each(Object.entries(echoed))("%s received what Rust sent", (name, values) => {
    // Other checks call some of these methods again, later.
    expect(recorded.received.get(name as EchoName)?.slice(0, values.length)).toEqual(values);
  });

  it("left nothing running", () => {
    expect(recorded.load).toEqual({ running: 0, abandoned: 0 });
  });
});

describe("the end of the TypeScript server", () => {
  beforeAll(async () => {
    if (isReady) await buildPeer();
  }, buildTimeoutMs);

  it("lets a Rust call in flight finish", async () => {
    const { server, recorded } = await startServer();
    await using call = await startSlowCall(server.url, 500);
    await vi.waitFor(() => expect(recorded.load.running).toBe(1), { timeout: 10_000, interval: 5 });
    await server.close();
    expect(await call.outcome).toBe("Ok(42)");
  });

  it("gives up a Rust call that takes too long; the client sends it again to the next server", async () => {
    // The reference client connects again by itself, for ever, and repeats what was in flight.
    const first = await startServer();
    await using call = await startSlowCall(first.server.url, 1000);
    await vi.waitFor(() => expect(first.recorded.load.running).toBe(1), { timeout: 10_000, interval: 5 });
    await first.server.close({ timeoutMs: 1 });
    expect(first.recorded.load).toEqual({ running: 0, abandoned: 1 });
    const second = await startServer(first.server.url);
    expect(await call.outcome).toBe("Ok(42)");
    expect(second.recorded.load).toEqual({ running: 0, abandoned: 0 });
    await second.server.close();
  });
});
