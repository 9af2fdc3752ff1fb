/** What is fuzzed: a target makes inputs of a kind and holds rules against them. */
import { readdirSync, readFileSync } from "node:fs";
import { VoxError } from "@voxrpc/runtime";
import { DecodeFault } from "@voxrpc/runtime/gen/v1";
import { mutateBytes, mutateText, type Random } from "../support/mutate.js";

const fixtures = new URL("../../fixtures/", import.meta.url);

/** One kind of input. Making a target is slow, so it is made when it is requested. */
export interface Target {
  /** Right inputs to begin with. */
  readonly corpus: readonly Uint8Array[];
  /** A changed input. @param others inputs to take pieces from */
  mutate(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array;
  /**
   * Holds the rules against an input.
   * @throws Error for a finding: an error that is none of ours is passed on
   */
  check(input: Uint8Array): void | Promise<void>;
  /** As {@link check}, for some inputs at once: where the time goes to waiting. */
  checkAll?(inputs: readonly Uint8Array[]): Promise<void>;
  /**
   * Errors are made without stacks, which take most of the time of a quick target. A finding is tried again with them.
   */
  readonly isQuick?: true;
  /** Ends what the target holds: servers, clients, files. */
  close?(): Promise<void>;
}

/** A target whose inputs are bytes without a structure that the mutator knows. */
export function byteTarget(corpus: readonly Uint8Array[], check: (input: Uint8Array) => void): Target {
  return { corpus, mutate: mutateBytes, check, isQuick: true };
}

/** A target whose inputs are texts, changed by whole tokens. */
export function textTarget(corpus: readonly string[], check: (text: string) => void): Target {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
  return {
    corpus: corpus.map((each) => Buffer.from(each)),
    mutate: (input, others, random) =>
      Buffer.from(mutateText(text(input), text(others[random(others.length)] ?? input), random)),
    check: (input) => check(text(input)),
    isQuick: true,
  };
}

/** Runs what may refuse its input. @returns undefined when it did */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof VoxError || error instanceof DecodeFault) return undefined;
    throw error;
  }
}

/** Text of a file of `fixtures/`. */
export function fixtureText(path: string): string {
  return readFileSync(new URL(path, fixtures), "utf8");
}

/** Names in a folder of `fixtures/`, in order. */
export function fixtureNames(folder: string): readonly string[] {
  return readdirSync(new URL(folder, fixtures)).sort();
}

/** Content of a JSON file of `fixtures/`. */
export function fixture(path: string): unknown {
  return JSON.parse(fixtureText(path));
}

/** All bytes that a fixture has as hexadecimal digits, whatever they belong to. */
export function bytesOf(value: unknown, found: Uint8Array[] = []): Uint8Array[] {
  if (typeof value === "string") {
    if (value.length % 2 === 0 && /^[0-9a-f]{2,20000}$/.test(value)) found.push(Buffer.from(value, "hex"));
  } else if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) bytesOf(part, found);
  return found;
}

/** @throws Error when the two are not the same bytes */
export function expectSame(what: string, one: Uint8Array, other: Uint8Array): void {
  if (Buffer.compare(one, other) !== 0) throw new Error(`${what} differ`);
}
