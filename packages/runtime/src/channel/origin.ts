/** The origin of a channel, which names it for observers and in snapshots. */
import type { MethodName } from "../errors.js";

/** The call that opened a channel, and the label that its caller gave it. */
export interface ChannelOrigin {
  /** As given to `channel({ label })`. */
  readonly label: string | undefined;
  readonly method: MethodName | undefined;
}

/** A method as `Service.name`. */
export function methodText(method: MethodName | undefined): string | undefined {
  return method === undefined ? undefined : `${method.service}.${method.name}`;
}
