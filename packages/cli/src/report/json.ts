/** Events for tools: one JSON object a line on standard output. Members are only ever added. */

import { visibleJson } from "../foreign-text.js";
import type { ReportEvent, Reporter, Terminal } from "./event.js";

export function jsonReporter(terminal: Terminal): Reporter {
  return (event) => terminal.out(`${visibleJson(JSON.stringify(jsonOf(event)))}\n`);
}

function jsonOf(event: ReportEvent): Readonly<Record<string, unknown>> {
  switch (event.kind) {
    case "finding":
      return { event: "diagnostic", ...event.finding.json() };
    case "summary":
      return { event: "summary", ...event.summary };
    case "implemented":
      return { event: "implemented", ...event.file };
    default: {
      const { kind, ...members } = event;
      return { event: kind, ...members };
    }
  }
}
