/** Bytes on the heap after a full collection. Needs `--expose-gc`. */
export function heapAfterCollection() {
  for (let turn = 0; turn < 4; turn++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}
