/** Calls that end before a driver gets them. */
import type { Method } from "./method.js";

/** A call will not be made: the halves of its channels that stayed with the caller end. @param cause why */
export function callNotMade<A extends readonly unknown[]>(
  { channels, args: { shape } }: Method<A, unknown, unknown>,
  args: A,
  cause: unknown,
): void {
  channels?.abandonUnsent(shape, args, cause);
}
