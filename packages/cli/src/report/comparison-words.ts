/** The events of a comparison as text for people. */
import type { Verdict } from "@voxrpc/codegen";
import type { ComparisonEvent } from "./event.js";
import type { Style } from "./style.js";

/** Lines of an event of `breaking`. */
export function comparisonLines(event: ComparisonEvent, style: Style): readonly string[] {
  switch (event.kind) {
    case "verdict": {
      const { method, oldClient, newClient } = event;
      const [before, now] = [paint(oldClient, style), paint(newClient, style)];
      return [`${style.strong(method)}: old client → new server ${before}, new client → old server ${now}`];
    }
    case "harmless":
      return [`${style.good("harmless")} ${event.text}`];
    case "allowed":
      return [`${style.faint("allowed")} ${event.code} ${event.message}`, `  because ${event.reason}`];
    case "compared":
      return [comparedLine(event, style)];
  }
}

function paint(verdict: Verdict, style: Style): string {
  switch (verdict) {
    case "compatible":
      return style.good(verdict);
    case "conditional":
      return style.warn(verdict);
    case "breaking":
      return style.bad(verdict);
  }
}

function comparedLine(event: Extract<ComparisonEvent, { kind: "compared" }>, style: Style): string {
  const { against, ok, methods, errors, warnings, allowed, harmless, durationMs } = event;
  const time = style.faint(`in ${Math.round(durationMs)} ms`);
  const parts = [
    count(errors, "break"),
    count(warnings, "warning"),
    allowed === 0 ? undefined : `${allowed} allowed`,
    harmless === 0 ? undefined : `${harmless} harmless`,
  ].filter((text) => text !== undefined);
  const found = parts.length === 0 ? "no change" : parts.join(", ");
  const compared = `compared with ${against}`;
  return `${ok ? style.good(compared) : style.bad(compared)}: ${found}, ${count(methods, "method") ?? "no method"} ${time}`;
}

function count(amount: number, noun: string): string | undefined {
  return amount === 0 ? undefined : `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
