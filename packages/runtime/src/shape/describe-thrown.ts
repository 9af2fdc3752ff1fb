/** What is said about anything thrown. */
import { describeValue } from "../postcard/problems.js";

/** The message of anything thrown. Never throws. */
export function describeThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : describeValue(thrown);
  } catch {
    return "unknown error";
  }
}
