/** The method id of a message as one number: off the hot path only. */
export function methodIdOf(head: { readonly methodLow: number; readonly methodHigh: number }): bigint {
  return (BigInt(head.methodHigh >>> 0) << 32n) | BigInt(head.methodLow >>> 0);
}
