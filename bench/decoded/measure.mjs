/** One shape: memory of many elements, and the largest value that passes. Needs `--expose-gc`. */
import { CodecError } from "@voxrpc/runtime";
import * as generated from "../gen/decoded.vox.js";
import { payload, shapes } from "./shapes.mjs";

const [name] = process.argv.slice(2);
const codec = new Map(Object.entries(generated)).get(`${name}Codec`);
const frameBytes = 16 * 1024 * 1024;
/** Neither a full table of a Map nor one that has just doubled. */
const counted = 90_000;

const settle = () => {
  for (let i = 0; i < 4; i++) gc();
};
const used = () => {
  settle();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
/** Keeps what was decoded alive. */
const keeper = { value: undefined };

/** Decodes, and says how long that took and what the value holds, or undefined when it is refused. */
function decode(bytes) {
  const before = used();
  const begin = process.cpuUsage();
  try {
    keeper.value = codec.decode(bytes);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
  const { user, system } = process.cpuUsage(begin);
  const ms = (user + system) / 1000;
  const held = used() - before;
  keeper.value = undefined;
  return { bytes: bytes.length, ms, held };
}

/** The bound that a value needs. */
function estimateOf(bytes) {
  let low = 0;
  let high = 2 ** 31 - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (passes(bytes, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function passes(bytes, maxDecodedBytes) {
  try {
    codec.decode(bytes, { maxDecodedBytes });
    return true;
  } catch {
    return false;
  }
}

decode(payload(name, 1000));
const sample = payload(name, counted);
const each = decode(sample).held / counted;
const few = payload(name, 1000);
const many = payload(name, 3000);
const estimate = (estimateOf(many) - estimateOf(few)) / 2000;
const size = shapes[name](0).length;
const whole = Math.floor((frameBytes - 64) / size);
const limit = Math.floor((128 * 1024 * 1024 - 4096) / estimate);
const count = Math.min(whole, limit);
const largest = decode(payload(name, count));
process.send({ each, estimate, largest, isWhole: count === whole });
process.disconnect();
