/** Events as text, for the reporters that people read. */
import { comparisonLines } from "./comparison-words.js";
import type { ReportEvent, Summary } from "./event.js";
import type { Style } from "./style.js";

/** Lines of an event that is a fact rather than a problem; none for the others. */
export function factLines(event: ReportEvent, style: Style): readonly string[] {
  switch (event.kind) {
    case "file":
      return [`${paintChange(event.change, style)} ${event.path}`];
    case "summary":
      return [summaryLine(event.summary, style)];
    case "implemented": {
      const { path, change, service, added, updated, extra, unsure } = event.file;
      const lines =
        change === "unchanged"
          ? [`${style.good("unchanged")} ${path}${unsure.length === 0 ? `: ${service} is complete` : ""}`]
          : [`${paintChange(change, style)} ${path}`];
      if (added.length > 0) lines.push(`  added ${added.join(", ")}`);
      if (updated.length > 0) lines.push(`  updated the signature of ${updated.join(", ")}`);
      if (extra.length > 0) lines.push(`  not in ${service}, left alone: ${extra.join(", ")}`);
      for (const { name, reason } of unsure) lines.push(`  left alone: ${name}: ${reason}`);
      return lines;
    }
    case "advice":
      return ["", ...event.lines];
    case "watching":
      return [style.faint(`watching ${event.folders.join(", ")} (Ctrl-C ends)`)];
    case "changed":
      return ["", style.faint(`changed: ${shorten(event.paths)}`)];
    case "stopped":
      return [style.faint("stopped")];
    case "verdict":
    case "harmless":
    case "allowed":
    case "compared":
      return comparisonLines(event, style);
    default:
      return [];
  }
}

/** Paths that one line names, at most. */
const maxShown = 3;

function shorten(paths: readonly string[]): string {
  const shown = paths.slice(0, maxShown).join(", ");
  return paths.length > maxShown ? `${shown} and ${paths.length - maxShown} more` : shown;
}

function paintChange(change: string, style: Style): string {
  return change === "removed" ? style.warn(change) : style.good(change);
}

/** One line that says how a run ended. */
function summaryLine(summary: Summary, style: Style): string {
  const { command, ok, files, errors, warnings, written, removed, unchanged, stale } = summary;
  const time = style.faint(`in ${Math.round(summary.durationMs)} ms`);
  const found = [count(errors, "error"), count(warnings, "warning")].filter((text) => text !== undefined);
  const read = count(files, "file") ?? "no file";
  if (errors > 0) {
    const rest = isReading(command) ? "" : "; nothing was written";
    return `${style.bad(`${found.join(" and ")}`)} in ${read}${rest} ${time}`;
  }
  const problems = found.length === 0 ? "" : `, ${style.warn(found.join(" and "))}`;
  if (isReading(command)) {
    const verdict = found.length === 0 ? ", no problems" : "";
    return `${style.good(command === "check" ? "checked" : "verified")} ${read}${verdict}${problems} ${time}`;
  }
  if (stale > 0)
    return `${style.bad(`${count(stale, "file")} out of date`)}, ${unchanged} up to date${problems} ${time}; ${remedy(command)}`;
  if (!ok) return `${style.bad("failed")}${problems} ${time}`;
  const parts = [count(written, "file", "wrote"), count(removed, "file", "removed")];
  const done = parts.filter((text) => text !== undefined);
  if (done.length === 0) return `${style.good("up to date")}: ${unchanged} unchanged${problems} ${time}`;
  return `${style.good(done.join(", "))}, ${unchanged} unchanged${problems} ${time}`;
}

/** Whether a command writes nothing. */
function isReading(command: Summary["command"]): boolean {
  return command === "check" || command === "verify";
}

function remedy(command: Summary["command"]): string {
  return command === "import" ? "add --write to replace them" : "run vox-gen generate";
}

/** `wrote 2 files`; undefined for none. */
function count(amount: number, noun: string, verb?: string): string | undefined {
  if (amount === 0) return undefined;
  return `${verb === undefined ? "" : `${verb} `}${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
