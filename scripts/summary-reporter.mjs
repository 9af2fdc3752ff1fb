/** Vitest reporter that names each skipped suite with its reason and closes with one plain line of counts. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const reasons = new Set();
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        counts[state] = (counts[state] ?? 0) + 1;
        if (state === "skipped" && note !== undefined) reasons.add(note);
      }
    }
    for (const reason of reasons) console.log(`skipped: ${reason}`);
    counts.failed += unhandledErrors.length;
    console.log(
      `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
    );
  }
}
