/** What is on the heap when nothing can be collected any more, bytes. Needs `--expose-gc`. */
export function heapAfterCollection() {
  for (let turn = 0; turn < 4; turn++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}
