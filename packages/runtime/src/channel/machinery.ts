/**
 * All that a driver needs of channels, as one value. A generated method with channels brings it by reference, so a
 * client without such methods does not ship this code.
 */
import { quietWhenEnded } from "../call/quiet.js";
import { abandonUnsent, CallChannels, newsOf } from "./call-channels.js";
import type { Channeling } from "./channeling.js";
import { Channels } from "./channels.js";

/** The machinery of channels. */
export const channels: Channeling = {
  feature: "channels",
  open: (connection, limits, clock, explain, onOver, observer) =>
    new Channels(connection, limits, clock, explain, onOver, observer),
  ofCall: (all, method) => new CallChannels(all, method),
  abandonUnsent,
  quiet: (outcome, shape, args) => quietWhenEnded(outcome, () => newsOf(shape, args)),
};
