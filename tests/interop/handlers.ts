/** What the TypeScript server of the suite answers: the same as the Rust one (`interop/rust/src/handlers.rs`). */
import { setTimeout as sleep } from "node:timers/promises";
import { type Awaitable, type CallContext, fail, type Metadata } from "@voxrpc/runtime";
import type { Entry, EverythingHandler, Folder, Shape } from "./gen/everything.vox.js";
import type { MetadataItem, ProbeHandler } from "./gen/probe.vox.js";
import type { EchoName } from "./samples.js";

/** Handlers of both services and what came of the calls. */
export interface Recorded {
  readonly everything: EverythingHandler;
  readonly probe: ProbeHandler;
  /** What became of the calls of `slow`. */
  readonly load: { running: number; abandoned: number };
  /** Arguments of the methods that answer with them, in order of arrival. */
  readonly received: Map<EchoName, unknown[]>;
}

/** Makes handlers that remember what they were sent. */
export function recordingHandlers(): Recorded {
  const received = new Map<EchoName, unknown[]>();
  const echo =
    <T>(name: EchoName) =>
    (value: T): T => {
      received.set(name, [...(received.get(name) ?? []), value]);
      return value;
    };
  const everything: EverythingHandler = {
    ping: () => undefined,
    echoBool: echo("echoBool"),
    echoU64: echo("echoU64"),
    echoString: echo("echoString"),
    echoBytes: echo("echoBytes"),
    echoOption: echo("echoOption"),
    echoList: echo("echoList"),
    echoTuple: echo("echoTuple"),
    echoMap: echo("echoMap"),
    echoResult: echo("echoResult"),
    echoIntegers: echo("echoIntegers"),
    echoWide: echo("echoWide"),
    echoFloats: echo("echoFloats"),
    echoTexts: echo("echoTexts"),
    echoNumbers: echo("echoNumbers"),
    echoOptions: echo("echoOptions"),
    echoLists: echo("echoLists"),
    echoSamples: echo("echoSamples"),
    echoArrays: echo("echoArrays"),
    echoTuples: echo("echoTuples"),
    echoMaps: echo("echoMaps"),
    echoResults: echo("echoResults"),
    echoEmpty: echo("echoEmpty"),
    echoColor: echo("echoColor"),
    echoShape: echo("echoShape"),
    echoDefaults: echo("echoDefaults"),
    echoReserved: echo("echoReserved"),
    echoGenerics: echo("echoGenerics"),
    echoRecursion: echo("echoRecursion"),
    echoPage: echo("echoPage"),
    echoChoice: echo("echoChoice"),
    say: echo("say"),
    scale: (value, samples) => samples.reduce((sum, each) => sum + each, 0) * value,
    join: (first, second, options, tone) => `${first}|${second ?? "-"}|${options.join(",")}|${tone}`,
    wideText: (value) => `${value.unsigned} ${value.signed}`,
    failShape,
    failText: (value) => fail(value),
    failRefusal: (value) => fail(value),
    failReport: (value) => fail(value),
    lookup: (id) => (id === 0n ? undefined : { x: Number(id), y: -Number(id) }),
    commit: (id, at) => at + Number(id),
  };
  const load = { running: 0, abandoned: 0 };
  return { everything, probe: probeHandler(load), load, received };
}

function failShape(code: number, value: Shape): ReturnType<EverythingHandler["failShape"]> {
  switch (code) {
    case 1:
      return fail({ kind: "NotFound" });
    case 2:
      return fail({ kind: "Invalid", value: "code 2" });
    case 3:
      return fail({ kind: "TooLarge", limit: 10, found: 2n ** 64n - 1n });
    case 4:
      return fail({
        kind: "Clash",
        value: [
          { x: 1, y: 2 },
          { x: -3, y: -4 },
        ],
      });
    default:
      return value;
  }
}

function probeHandler(load: Recorded["load"]): ProbeHandler {
  return {
    metadata(context) {
      context.responseMetadata
        .append("x-answer", "naïve ☃")
        .append("x-secret", Uint8Array.of(1, 2), { sensitive: true })
        .append("x-count", 3, { noPropagate: true });
      return itemsOf(context.metadata);
    },
    async slow(delay: number, value: number, context: CallContext) {
      load.running++;
      try {
        await sleep(delay, undefined, { signal: context.signal });
        return value;
      } catch (error) {
        load.abandoned++;
        throw error;
      } finally {
        load.running--;
      }
    },
    running: () => load.running,
    abandoned: () => load.abandoned,
    crash(): Awaitable<number> {
      throw new Error("asked to");
    },
    fill: (length, value) => new Uint8Array(length).fill(value),
    wide: (unsigned, signed) => ({ unsigned: BigInt(unsigned), signed: BigInt(signed) }),
    outline: outlineOf,
  };
}

/** Metadata as values of the schema. */
export function itemsOf(metadata: Metadata): MetadataItem[] {
  return [...metadata].map(({ key, value, flags }) => ({
    key,
    value:
      typeof value === "string"
        ? { kind: "Text", value }
        : typeof value === "bigint"
          ? { kind: "Number", value }
          : { kind: "Data", value },
    flags,
  }));
}

function outlineOf(folder: Folder): string {
  return `${folder.name}(${folder.entries.map(outlineOfEntry).join(", ")})`;
}

function outlineOfEntry(entry: Entry): string {
  switch (entry.kind) {
    case "File":
      return `file ${entry.value.length}`;
    case "Folder":
      return outlineOf(entry.value);
    case "Links":
      return `links(${[...entry.value].map(([name, each]) => `${name}: ${outlineOfEntry(each)}`).join(", ")})`;
  }
}
