/** Vitest reporter of `npm run golden`: a line per golden list, then every exception with its reason. */
export default class GoldenReporter {
  onTestRunEnd(modules) {
    const counts = [];
    let failed = 0;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (test.result().state === "failed") {
          failed += 1;
          console.log(`FAILED ${test.fullName}`);
          for (const error of test.result().errors ?? []) console.log(error.message);
        }
        const count = test.meta().golden;
        if (count !== undefined) counts.push(count);
      }
      for (const error of module.errors()) {
        failed += 1;
        console.log(`FAILED ${module.moduleId}: ${error.message}`);
      }
    }
    counts.sort((a, b) => (a.list < b.list ? -1 : 1));
    for (const count of counts) {
      const expressible = count.total - count.excepted.length;
      const note = count.excepted.length === 0 ? "" : ` (${count.excepted.length} excepted, listed below)`;
      console.log(`${count.list}: ${count.equal} of ${expressible} equal${note}`);
    }
    const reasons = new Map();
    for (const count of counts) {
      for (const { name, reason } of count.excepted) {
        const key = `${count.list}: ${reason}`;
        reasons.set(key, [...(reasons.get(key) ?? []), name]);
      }
    }
    for (const [reason, names] of reasons) console.log(`\nexcepted, ${reason}\n  ${names.join(", ")}`);
    if (failed > 0 || counts.length === 0) process.exitCode = 1;
  }
}
