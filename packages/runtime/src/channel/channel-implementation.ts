/** The channels of a connection as its driver sees them. A generated method with channels brings them by reference. */
import type { ChannelFeature } from "../call/method.js";
import type { Clock } from "../clock.js";
import type { MethodName } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Observer } from "../observer.js";
import type { Connection } from "../session/connection.js";
import type { Shape } from "../shape/shape.js";
import type { CallChannels } from "./call-channels.js";
import type { Channels } from "./channels.js";
import type { ItemExplanations } from "./item-faults.js";

/** {@link ChannelFeature} as the driver sees it. */
export interface ChannelImplementation extends ChannelFeature {
  /** The channels of a connection. @param onOver called when one of them has ended */
  open(
    connection: Connection,
    limits: Limits,
    clock: Clock,
    explain: ItemExplanations,
    onOver: () => void,
    observer: Observer | undefined,
  ): Channels;
  /** The channels of one call that this side makes. */
  ofCall(channels: Channels, method: MethodName): CallChannels;
  /** A call has failed for its caller, whether or not it was sent. Ends the halves that stayed and are still open. */
  abandonFailed(shape: Shape, args: readonly unknown[], cause: unknown): void;
}

/** The code that a method brings. The cast is safe: no other value has this type. */
export function channelImplementationOf(method: {
  readonly channels: ChannelFeature | undefined;
}): ChannelImplementation | undefined {
  return method.channels as ChannelImplementation | undefined;
}
