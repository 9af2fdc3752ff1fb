/** What the two sides tell each other about the root connection. Source: `protocol/wire.md` §4.2, §6. */

/** The half of an id space that one side allocates from. */
export type Parity = "Odd" | "Even";

/** The other side's parity. */
export function oppositeParity(parity: Parity): Parity {
  return parity === "Odd" ? "Even" : "Odd";
}

/** What one side announced for a connection. Source: `protocol/wire.md` §5. */
export interface ConnectionSettings {
  readonly parity: Parity;
  /** Calls that the side takes at once. */
  readonly maxConcurrentRequests: number;
  /** Items that the side takes on a fresh channel before it grants more. */
  readonly initialChannelCredit: number;
}
