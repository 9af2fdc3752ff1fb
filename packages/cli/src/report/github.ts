/** Events for a workflow log: problems become annotations beside the changed lines, the rest is plain text. */
import { absolutePath, shownPath } from "../files/paths.js";
import { visibleLines } from "../foreign-text.js";
import type { ReportEvent, Reporter, Terminal } from "./event.js";
import { plainStyle } from "./style.js";
import { factLines } from "./words.js";

/** @param folders absolute: where the command runs, and the folder that GitHub takes paths to be relative to */
export function githubReporter(
  terminal: Terminal,
  folders: { readonly cwd: string; readonly root: string },
): Reporter {
  return (event) => {
    const text = githubOf(event, folders);
    if (text !== "") terminal.out(`${visibleLines(text)}\n`);
  };
}

function githubOf(
  event: ReportEvent,
  { cwd, root }: { readonly cwd: string; readonly root: string },
): string {
  switch (event.kind) {
    case "finding":
      return event.finding.github(root);
    case "stale":
      return [
        `::error file=${escapeProperty(shownPath(root, absolutePath(cwd, event.path)))},title=vox-gen::${escapeMessage(staleText(event))}`,
        `::group::${event.path}`,
        // A line of a file must not be taken for a command.
        event.diff.replace(/^(?=::|##\[)/gm, " "),
        "::endgroup::",
      ].join("\n");
    case "failure": {
      const text = event.help === undefined ? event.message : `${event.message}\n${event.help}`;
      return `::error title=vox-gen::${escapeMessage(text)}`;
    }
    default:
      return factLines(event, plainStyle).join("\n");
  }
}

function staleText({ change, path }: { readonly change: string; readonly path: string }): string {
  const fact = { created: "is missing", removed: "is no longer generated" }[change] ?? "is out of date";
  return `${path} ${fact}: run vox-gen generate and commit the result`;
}

/** The percent sign first: it is what the other escapes are made of. */
function escapeMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
