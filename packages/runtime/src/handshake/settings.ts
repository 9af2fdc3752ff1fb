/** Settings of the root connection that both sides announce. Source: `protocol/wire.md` §4.2, §6. */

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

/** What both sides announced for one root connection. */
export interface SettingsPair {
  readonly local: ConnectionSettings;
  readonly peer: ConnectionSettings;
}

/** The settings that apply: the peer's ids have the parity that this side does not use, whatever its settings say. */
export function settingsPair({ local, peer }: SettingsPair): SettingsPair {
  return { local, peer: { ...peer, parity: oppositeParity(local.parity) } };
}

/**
 * Whether a session may go on over a link with these settings: only if they are the same.
 * @returns the difference; undefined when there is none
 */
export function compareSettings(before: SettingsPair, now: SettingsPair): string | undefined {
  if (!isSame(before.local, now.local)) return "local root settings changed across session resume";
  if (!isSame(before.peer, now.peer)) return "peer root settings changed across session resume";
  return undefined;
}

function isSame(one: ConnectionSettings, other: ConnectionSettings): boolean {
  return (
    one.parity === other.parity &&
    one.maxConcurrentRequests === other.maxConcurrentRequests &&
    one.initialChannelCredit === other.initialChannelCredit
  );
}
