import { test } from "vitest";
import { checkGrammar } from "./parser.js";

test("the grammar has no fault", () => {
  checkGrammar();
});
