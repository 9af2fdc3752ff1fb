/** Names of OpenTelemetry's semantic conventions for RPC. */
import type { Attributes } from "@opentelemetry/api";
import type { MethodName } from "../errors.js";

/** What went wrong: the code of an error. */
export const errorType = "error.type";
/** `receive` or `transmit`. */
export const ioDirection = "network.io.direction";
/** `client` or `server`. */
export const callSide = "vox.side";

/** The attributes of each call. @param method undefined for one that is not served here: the peer chooses its id */
export function callAttributes(method: MethodName | undefined): Attributes {
  if (method === undefined) return { "rpc.system": "vox", "rpc.method": "_OTHER" };
  return { "rpc.system": "vox", "rpc.service": method.service, "rpc.method": method.name };
}
