/** The chat of `examples/chat` as four processes. Needs a build. */
import { expect, it } from "vitest";
import { Running } from "../support/command.js";
import { buildExample } from "../support/example.js";

/** What members say while one thing happens may come in any order. */
function paragraphs(text: string): string[][] {
  return text
    .split("\n\n")
    .map((part) => part.trimEnd().split("\n"))
    .map(([title = "", ...lines]) => [title, ...lines.sort()]);
}

it("members hear each other, vote when the server calls them, and leave", async () => {
  const folder = buildExample("chat");
  await using example = new Running(process.execPath, ["dist/start.js"], folder);
  const { code, out, error } = await example.ended();
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(paragraphs(out)).toEqual([
    [expect.stringMatching(/^serving Room on tcp:\/\/127\.0\.0\.1:\d+$/)],
    [
      "three members come in, one after the other:",
      "  ada hears room: ada has come in",
      "  ada hears room: bob has come in",
      "  ada hears room: cleo has come in",
      "  bob hears room: bob has come in",
      "  bob hears room: cleo has come in",
      "  cleo hears room: cleo has come in",
    ],
    ["a name that is taken:", "  ada cannot come in: NameTaken", "  its process has ended with 1"],
    [
      "bob says something; everybody hears it, bob too:",
      "  ada hears bob: good morning",
      "  bob hears bob: good morning",
      "  cleo hears bob: good morning",
    ],
    [
      "ada lets the room vote; the server calls each member:",
      "  ada answers: tea? → yes",
      "  ada sees the vote: 2 yes, 1 no, 0 silent",
      "  bob answers: tea? → no",
      "  cleo answers: tea? → yes",
    ],
    [
      "bob leaves:",
      "  ada hears room: bob has left",
      "  cleo hears room: ada has left",
      "  cleo hears room: bob has left",
    ],
    ["all have ended; exit codes 0, 0, 0"],
  ]);
});
