/**
 * All that a driver needs of channels, as one value. A generated method with channels brings it by reference, so a
 * client without such methods does not ship this code.
 */
import { suppressWhenEnded } from "../call/suppress-rejection.js";
import { abandonFailed, abandonUnsent, CallChannels, channelOutcomeOf, give } from "./call-channels.js";
import type { ChannelImplementation } from "./channel-implementation.js";
import { Channels } from "./channels.js";

/** The code for channels. */
export const channels: ChannelImplementation = {
  feature: "channels",
  open: (connection, limits, clock, explain, onOver, observer) =>
    new Channels(connection, limits, clock, explain, onOver, observer),
  ofCall: (all, method) => new CallChannels(all, method),
  give,
  abandonUnsent,
  abandonFailed,
  suppressRejection: (outcome, shape, args) =>
    suppressWhenEnded(outcome, () => channelOutcomeOf(shape, args)),
};
