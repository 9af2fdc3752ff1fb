import { it } from "vitest";
import { readGolden } from "../golden/report.js";
import { replay, type Transcript } from "./replay.js";

it("explore", async () => {
  const skip =
    /^(stream|virtual|keepalive|receiver|sender|proxy|channel|root_dropped|resume|handler_panics|metadata_call|raw_early|raw_channel|raw_unknown_channel|raw_credit|raw_bad_item|raw_reset)/;
  for (const t of readGolden<Transcript[]>("session.json")) {
    if (skip.test(t.name)) continue;
    for (const role of ["client", "server"] as const) {
      if (!t.steps.some((s) => s.from === role && s.by === undefined && s.kind !== "app")) continue;
      try {
        const d = await replay(t, role);
        if (d.length)
          console.log(
            t.name,
            role,
            JSON.stringify(
              d.map((x) => `${x.kind}: ${x.text.slice(0, 150)}`),
              null,
              1,
            ),
          );
        else console.log(t.name, role, "EQUAL");
      } catch (e) {
        console.log(t.name, role, "THROWS", String((e as Error).stack).slice(0, 300));
      }
    }
  }
});
