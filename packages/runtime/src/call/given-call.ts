/** What every way into a call does with what the application gave, so that no promise or channel is left behind. */
import type { CallOptions } from "./caller.js";
import { givenArguments, givenOptions } from "./given.js";
import type { Method } from "./method.js";
import { checkCallOptions } from "./option-checks.js";

type CalledMethod = Pick<Method<never>, "channels" | "args">;

/** A call will not be made: the halves of its channels that stayed with the caller end. @param cause why */
export function callNotMade(
  { channels, args: { shape } }: CalledMethod,
  args: readonly unknown[],
  cause: unknown,
): void {
  channels?.abandonUnsent(shape, args, cause);
}

/** Checks the options of a call. @throws what the check throws; the call is not made then */
export function checkGiven(
  method: CalledMethod,
  args: readonly unknown[],
  options: CallOptions | undefined,
): void {
  if (options === undefined) return;
  try {
    checkCallOptions(options);
  } catch (error) {
    callNotMade(method, args, error);
    throw error;
  }
}

/** Checks and copies a call that is sent later. @throws what a check or a copy throws; the call is not made then */
export function givenCall<A extends readonly unknown[], O extends CallOptions | undefined>(
  method: CalledMethod,
  args: A,
  options: O,
): readonly [args: A, options: O] {
  checkGiven(method, args, options);
  try {
    const given = [givenArguments(args), givenOptions(options)] as const;
    method.channels?.give(method.args.shape, args);
    return given;
  } catch (error) {
    callNotMade(method, args, error);
    throw error;
  }
}

/** The promise of a call. Its rejection counts as handled when the application learns of it from its channels. */
export function outcomeOf<T>(
  { channels, args: binding }: CalledMethod,
  args: readonly unknown[],
  outcome: Promise<T>,
): Promise<T> {
  return channels?.suppressRejection(outcome, binding.shape, args) ?? outcome;
}
