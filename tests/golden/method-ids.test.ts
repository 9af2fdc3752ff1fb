import { expect, test } from "vitest";
import { kebab } from "../../packages/codegen/src/schema/kebab.js";
import { methodId } from "../../packages/codegen/src/schema/method-id.js";
import { checkGolden, readGolden } from "../support/report.js";

interface GoldenMethodId {
  readonly service: string;
  readonly method: string;
  readonly kebab: string;
  readonly method_id: string;
}

test("golden method_ids.json ids", (context) => {
  const golden = readGolden<{ readonly ids: readonly GoldenMethodId[] }>("method_ids.json");
  checkGolden(
    context,
    "method_ids.json ids",
    golden.ids,
    (entry) => `${entry.service}.${entry.method}`,
    (entry) => {
      expect(`${kebab(entry.service)}.${kebab(entry.method)}`).toBe(entry.kebab);
      expect(methodId(entry.service, entry.method).toString(16).padStart(16, "0")).toBe(entry.method_id);
      return "equal";
    },
  );
});
