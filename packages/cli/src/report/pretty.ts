/** Events for people: problems on standard error, everything else on standard output. */

import { visibleLines } from "../foreign-text.js";
import type { Reporter, Terminal } from "./event.js";
import { type Style, styleOf } from "./style.js";
import { factLines } from "./words.js";

export function prettyReporter(terminal: Terminal): Reporter {
  const out = styleOf(terminal.isOutColored);
  const error = styleOf(terminal.isErrorColored);
  return (event) => {
    switch (event.kind) {
      case "finding":
        terminal.error(`${event.finding.pretty(terminal.isErrorColored)}\n\n`);
        return;
      case "failure": {
        terminal.error(`${error.bad("error")}${error.strong(`: ${event.message}`)}\n`);
        const help = event.help?.replaceAll("\n", "\n      ");
        if (help !== undefined) terminal.error(`help: ${help}\n`);
        return;
      }
      case "stale":
        terminal.out(`${paintDiff(event.diff, out)}\n`);
        return;
      case "summary":
        (event.summary.ok ? terminal.out : terminal.error)(
          `${factLines(event, event.summary.ok ? out : error).join("\n")}\n`,
        );
        return;
      default:
        terminal.out(`${factLines(event, out).join("\n")}\n`);
    }
  };
}

function paintDiff(diff: string, style: Style): string {
  // The file that is there may be anything.
  return visibleLines(diff)
    .split("\n")
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return style.strong(line);
      if (line.startsWith("+")) return style.good(line);
      if (line.startsWith("-")) return style.bad(line);
      return line.startsWith("@@") ? style.faint(line) : line;
    })
    .join("\n");
}
