/** Serves some methods of a service: calls of the others are answered as those of a method that does not exist. */
import { shown } from "../options/checks.js";
import { checkHandler } from "./check-handler.js";
import { Dispatcher } from "./dispatcher.js";
import { type Awaitable, isPromise } from "./result.js";

/**
 * Makes a dispatcher of a handler that lacks methods. A call of a missing method fails with the code `UnknownMethod`,
 * as on a server whose schema lacks the method. The generated function alone asks for every method.
 *
 * ```ts
 * await using server = await serve(url, partialDispatcher(catalogDispatcher, { get: (id) => ({ id }) }));
 * ```
 *
 * Methods are looked up once, here: a method that the handler gets later is not served.
 * @param dispatcherOf the generated function of the service, without middleware
 * @param handler some of the methods; a method that is `undefined` is missing
 * @returns a dispatcher for `serve`, a router and `withMiddleware`
 * @throws TypeError for a function that is not a generated one, for a handler that is no object, and for a method that
 * is neither a function nor missing
 */
export function partialDispatcher<H extends object>(
  dispatcherOf: (handler: H) => Dispatcher,
  handler: Partial<NoInfer<H>>,
): Dispatcher {
  if (typeof dispatcherOf !== "function") throw notGenerated(shown(dispatcherOf));
  checkHandler(handler);
  const members = membersOf(dispatcherOf);
  // The generated code reads a member of the handler when its method is called: those that are missing are never read.
  const { name, methods, answering } = dispatcherOf(handler as H);
  return new Dispatcher(
    name,
    methods.filter((method) => isPresent(handler, members.get(method.id) as PropertyKey)),
    answering,
  );
}

function isPresent(handler: object, member: PropertyKey): boolean {
  const value: unknown = Reflect.get(handler, member);
  if (value === undefined || typeof value === "function") return value !== undefined;
  throw new TypeError(`handler.${String(member)} must be a function or undefined, got ${shown(value)}`);
}

/** The members of a handler that a generated function calls, by the ids of their methods. */
function membersOf<H extends object>(dispatcherOf: (handler: H) => Dispatcher): Map<bigint, PropertyKey> {
  let called: PropertyKey[] = [];
  const probe = new Proxy({} as H, {
    get(_, member) {
      called.push(member);
      return () => {};
    },
  });
  const dispatcher: unknown = probed(() => dispatcherOf(probe));
  if (!(dispatcher instanceof Dispatcher)) throw notGenerated(`one that returns ${shown(dispatcher)}`);
  return new Map(
    dispatcher.methods.map((method) => {
      called = [];
      // Generated code passes its arguments on, and returns what the member returns.
      const returned = probed(() => method.invoke([], undefined as never)) as Awaitable<unknown>;
      if (isPromise(returned)) returned.then(undefined, () => {});
      const [member] = called;
      if (returned !== undefined || member === undefined)
        throw notGenerated("one with code around its methods");
      return [method.id, member] as const;
    }),
  );
}

/** Runs code that may be that of the application, which does not expect a call without arguments. */
function probed<T>(code: () => T): T {
  try {
    return code();
  } catch (cause) {
    throw notGenerated("one that throws", cause);
  }
}

function notGenerated(got: string, cause?: unknown): TypeError {
  return new TypeError(
    `partialDispatcher needs the generated function, like catalogDispatcher, got ${got}: ` +
      "put middleware around the dispatcher that partialDispatcher returns",
    cause === undefined ? undefined : { cause },
  );
}
