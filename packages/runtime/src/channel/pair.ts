/** Channels as callers make them. */
import { checkOptions, type OptionChecks, text } from "../options/checks.js";
import { Rx } from "./rx.js";
import { Tx } from "./tx.js";

/** The two halves of a channel: one goes to the call, the other stays. */
export interface ChannelPair<T> {
  readonly tx: Tx<T>;
  readonly rx: Rx<T>;
}

/** Options of {@link channel}. */
export interface ChannelOptions {
  /** Names the channel for observers and in snapshots. Default: no name. */
  readonly label?: string | undefined;
}

export const channelChecks: OptionChecks<ChannelOptions> = { label: text };

/**
 * Makes a channel for a call. To receive from a handler, pass `tx` and read `rx`. To send to it, pass `rx` and write to
 * `tx`. The half that you keep waits until the call is sent.
 * @returns both halves
 * @throws TypeError for options that are not valid
 */
export function channel<T>(options: ChannelOptions = {}): ChannelPair<T> {
  checkOptions(options, channelChecks);
  const tx = new Tx<T>(options.label);
  const rx = new Rx<T>(options.label);
  tx.pair = rx;
  rx.pair = tx;
  return { tx, rx };
}
