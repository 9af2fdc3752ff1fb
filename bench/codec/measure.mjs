/** Interleaved timing: every job gets a short slice in every round, so that a busy machine is busy for all of them. */

let sink = 0;

function slice(job, ms) {
  let count = 1;
  for (;;) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < count; i++) if (job.run() !== undefined) sink++;
    const ns = Number(process.hrtime.bigint() - begin);
    if (ns > ms * 5e5) return ns / count;
    count = Math.max(count * 2, Math.min(count * 20, Math.floor((count * ms * 1e6) / Math.max(ns, 1000))));
  }
}

/**
 * Nanoseconds per call of each job: the lower quartile of its slices.
 * @param jobs `{ name, run }`
 */
export function measure(jobs, { rounds = 15, sliceMs = 20, warmupMs = 100 } = {}) {
  for (const job of jobs) slice(job, warmupMs);
  const slices = jobs.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, job] of jobs.entries()) slices[i].push(slice(job, sliceMs));
  if (sink < 0) throw new Error("unreachable: keeps results alive");
  return slices.map((times) => times.sort((a, b) => a - b)[times.length >> 2]);
}
