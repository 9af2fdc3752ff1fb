/** What callers of a generated client see. */
import type {
  Caller,
  CallOptions,
  CallRejection,
  Client,
  Method,
  Result,
  Service,
} from "@voxrpc/runtime/gen/v1";
import {
  type Color,
  Everything,
  EverythingClient,
  type EverythingTryClient,
  everythingFailRefusal,
  everythingFailShape,
  type everythingJoin,
  type everythingPing,
  type Point,
  type Refusal,
  type Shape,
  type ShapeError,
} from "../interop/gen/everything.vox.js";
import { expectSame, expectType } from "../support/expect-type.js";

declare const client: EverythingClient;
declare const caller: Caller;
declare const point: Point;

export async function calls(): Promise<void> {
  expectType<void>()(await client.ping(), true);
  expectType<bigint>()(await client.echoU64(1n), true);
  expectType<string | undefined>()(await client.echoOption(undefined), true);
  expectType<[number, string]>()(await client.echoTuple([1, "a"]), true);
  expectType<Map<string, number>>()(await client.echoMap(new Map([["a", 1]])), true);
  expectType<Result<number, string>>()(await client.echoResult({ ok: true, value: 1 }), true);
  expectType<number>()(await client.scale(2, new Float64Array([1])), true);
  expectType<Point | undefined>()(await client.lookup(1n), true);
  expectType<number>()(await client.commit(1n, 5), true);

  // @ts-expect-error a u64 is a bigint
  await client.echoU64(1);
  // @ts-expect-error @js(number) is a number
  await client.scale(2n, new Float64Array(0));
  // @ts-expect-error @typed is a typed array
  await client.scale(2, [1]);
  // @ts-expect-error an argument is missing
  await client.commit(1n);
  // @ts-expect-error an option among the arguments is said, even when it is undefined
  await client.join("a", ["b"], "Red");
  // @ts-expect-error methods are camelCase
  await client.echo_u64(1n);
}

export async function options(signal: AbortSignal): Promise<void> {
  await client.ping({ timeoutMs: 5, signal });
  await client.join("a", undefined, ["b"], "Red", { onMetadata: (metadata) => metadata.getString("a") });
  // @ts-expect-error there is no such option
  await client.ping({ timeout: 5 });
  expectSame<Parameters<EverythingClient["ping"]>, [options?: CallOptions | undefined]>(true);
}

export async function results(): Promise<void> {
  const result = await client.$try.failShape(1, { kind: "Nothing" });
  expectType<Result<Shape, CallRejection<ShapeError>>>()(result, true);
  if (result.ok) {
    expectType<Shape>()(result.value, true);
  } else if (result.error.code === "User") {
    expectType<ShapeError>()(result.error.value, true);
  }
  const plain = await client.$try.echoU64(1n);
  if (!plain.ok) expectSame<typeof plain.error, CallRejection<never>>(true);
  // @ts-expect-error the value is there only when the call succeeded
  result.value;
  expectSame<EverythingClient["$try"], EverythingTryClient>(true);
}

export async function errors(): Promise<void> {
  try {
    await client.failRefusal({ kind: "Busy" });
  } catch (error) {
    if (everythingFailRefusal.isError(error)) expectType<Refusal>()(error.value, true);
    if (everythingFailShape.isError(error)) {
      switch (error.value.kind) {
        case "TooLarge":
          expectType<number>()(error.value.limit, true);
          break;
        case "Clash":
          expectType<[Point, Point]>()(error.value.value, true);
          break;
        case "Invalid":
          expectType<string>()(error.value.value, true);
          break;
        case "NotFound":
          break;
        default:
          expectType<never>()(error.value, true);
      }
    }
  }
}

export function services(): void {
  expectSame<typeof Everything, Service<EverythingClient>>(true);
  expectType<EverythingClient>()(Everything.create(caller), true);
  const isClient: Client = new EverythingClient(caller);
  expectType<Caller>()(isClient.$caller, true);
}

export async function methods(): Promise<void> {
  expectSame<typeof everythingPing, Method<[], undefined, never>>(true);
  expectSame<
    typeof everythingJoin,
    Method<[first: string, second: number | undefined, options: string[], context: Color], string, never>
  >(true);
  expectType<Shape>()(await caller.call(everythingFailShape, [1, { kind: "Circle", value: 2 }]), true);
  // @ts-expect-error arguments are those of the method
  await caller.call(everythingFailShape, [point]);
}

/** Mocks need no class: what callers use is structural. */
export const mock: Pick<EverythingClient, "echoU64"> = { echoU64: async (value) => value + 1n };
