/** What implementers of a generated handler see. */
import { fail, partialDispatcher } from "@voxrpc/runtime";
import type { Awaitable, CallContext, Dispatcher, Failure } from "@voxrpc/runtime/gen/v1";
import {
  type Color,
  type EverythingHandler,
  everythingDispatcher,
  type Shape,
  type ShapeError,
} from "../interop/gen/everything.vox.js";
import { expectSame, expectType } from "../support/expect-type.js";

type Part<Name extends keyof EverythingHandler> = Pick<EverythingHandler, Name>;

export const values: Part<"echoU64" | "ping" | "join" | "failText"> = {
  echoU64: (value) => value,
  ping() {},
  async join(first, second, options, context, call) {
    expectType<number | undefined>()(second, true);
    expectType<string[]>()(options, true);
    expectType<Color>()(context, true);
    expectType<CallContext>()(call, true);
    return first;
  },
  failText: (value) => fail(value),
};

export const failures: Part<"failShape"> = {
  failShape: (code, value) => (code === 0 ? value : fail({ kind: "TooLarge", limit: 1, found: 2n })),
};

export const wrongVariant: Part<"failShape"> = {
  // @ts-expect-error the error has no such variant
  failShape: () => fail({ kind: "Missing" }),
};

export const wrongPayload: Part<"failShape"> = {
  // @ts-expect-error a u64 is a bigint
  failShape: () => fail({ kind: "TooLarge", limit: 1, found: 2 }),
};

export const infallible: Part<"echoU64"> = {
  // @ts-expect-error the method declares no error
  echoU64: () => fail("no"),
};

export const wrongResult: Part<"echoU64"> = {
  // @ts-expect-error a u64 is a bigint
  echoU64: (value) => Number(value),
};

expectSame<ReturnType<EverythingHandler["failShape"]>, Awaitable<Shape | Failure<ShapeError>>>(true);
expectSame<ReturnType<EverythingHandler["ping"]>, Awaitable<void>>(true);

// @ts-expect-error every method has to be there
everythingDispatcher(values);

export function dispatchers(handler: EverythingHandler): void {
  expectType<Dispatcher>()(everythingDispatcher(handler), true);
}

export function parts(sum: Part<"echoU64">, other: { readonly unrelated: () => void }): void {
  expectType<Dispatcher>()(partialDispatcher(everythingDispatcher, values), true);
  partialDispatcher(everythingDispatcher, sum);
  partialDispatcher(everythingDispatcher, {
    echoU64: (value, context) => {
      expectType<bigint>()(value, true);
      expectType<CallContext>()(context, true);
      return value;
    },
  });
  // @ts-expect-error the service has no such method
  partialDispatcher(everythingDispatcher, { echoU64: (value) => value, unknown() {} });
  // @ts-expect-error no member of the object is a method of the service
  partialDispatcher(everythingDispatcher, other);
  // @ts-expect-error a u64 is a bigint
  partialDispatcher(everythingDispatcher, { echoU64: (value) => Number(value) });
}
