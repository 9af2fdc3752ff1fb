/**
 * Vitest reporter of `npm run behaviours`: titles and outcomes of all tests, as JSON into the file BEHAVIOURS_REPORT.
 */
import { writeFileSync } from "node:fs";

export default class BehavioursReporter {
  onTestRunEnd(modules) {
    const path = process.env["BEHAVIOURS_REPORT"];
    if (path === undefined) throw new Error("BEHAVIOURS_REPORT names no file");
    const tests = [];
    for (const module of modules) {
      for (const test of module.children.allTests())
        tests.push({ title: test.fullName, state: test.result().state });
      for (const error of module.errors())
        tests.push({ title: module.moduleId, state: "failed", error: error.message });
    }
    writeFileSync(path, JSON.stringify({ tests }));
  }
}
