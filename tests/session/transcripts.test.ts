/** The recorded sessions, replayed with our side in the place of each recorded one. */
import { describe, it } from "vitest";
import { checkGolden, type GoldenOutcome, readGolden } from "../support/report.js";
import { differences, thirdSides, whyNotReplayed } from "./differences.js";
import type { Role, Transcript } from "./recorded-steps.js";
import { type Difference, replay } from "./replay.js";

const transcripts = readGolden<readonly Transcript[]>("session.json");

/** Whether a recorded peer, not the recorder, sent anything on this side. */
function isRecorded({ steps }: Transcript, role: Role): boolean {
  return steps.some((step) => step.from === role && step.by === undefined && step.kind !== "app");
}

function judge(name: string, role: Role, found: readonly Difference[]): GoldenOutcome {
  const chosen = differences[name]?.find((each) => each.role === role);
  const unexpected = found.filter(({ kind }) => chosen?.kinds.includes(kind) !== true);
  if (unexpected.length > 0)
    return { differs: unexpected.map(({ kind, text }) => `as ${role}, ${kind}: ${text}`).join("\n  ") };
  if (chosen === undefined) return "equal";
  const unseen = chosen.kinds.filter((kind) => !found.some((each) => each.kind === kind));
  return unseen.length > 0
    ? { differs: `as ${role}: the chosen difference does not show (${unseen.join(", ")})` }
    : { excepted: `as ${role}: ${chosen.rule}` };
}

async function outcomeOf(transcript: Transcript): Promise<GoldenOutcome> {
  const outcomes: GoldenOutcome[] = [];
  const third = thirdSides[transcript.name];
  if (third !== undefined) outcomes.push({ excepted: third });
  for (const role of ["client", "server"] as const) {
    if (!isRecorded(transcript, role)) continue;
    const reason = whyNotReplayed(transcript.name, role);
    if (reason === undefined) outcomes.push(judge(transcript.name, role, await replay(transcript, role)));
    else outcomes.push({ excepted: reason });
  }
  return (
    outcomes.find((outcome) => outcome !== "equal" && "differs" in outcome) ??
    outcomes.find((outcome) => outcome !== "equal") ??
    "equal"
  );
}

describe("session.json", () => {
  it("each recorded session goes as recorded", async (context) => {
    const outcomes = new Map<string, GoldenOutcome>();
    for (const transcript of transcripts) outcomes.set(transcript.name, await outcomeOf(transcript));
    checkGolden(
      context,
      "session.json transcripts",
      transcripts,
      ({ name }) => name,
      ({ name }) => outcomes.get(name) ?? { differs: "was not replayed" },
    );
  });
});
