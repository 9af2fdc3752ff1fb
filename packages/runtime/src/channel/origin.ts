/** Where a channel comes from: what observers and snapshots call it by. */
import type { MethodName } from "../errors.js";

/** The call that opened a channel, and what its caller named it. */
export interface ChannelOrigin {
  /** As given to `channel({ label })`. */
  readonly label: string | undefined;
  readonly method: MethodName | undefined;
}

/** A method as `Service.name`. */
export function methodText(method: MethodName | undefined): string | undefined {
  return method === undefined ? undefined : `${method.service}.${method.name}`;
}
