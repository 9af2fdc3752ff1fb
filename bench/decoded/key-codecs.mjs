/** Maps by their keys alone: encoded without a Map, so that colliding keys cost nothing to write. */
import { ByIdCodec, ByNumberCodec, IdListCodec, NumberListCodec } from "../gen/decoded.vox.js";

/** Bytes of a map from those of the list of its keys: each key is followed by its value, 1. */
function codecOf(map, list) {
  return {
    encode(keys) {
      const parts = [list.encode({ v: keys }).slice(0, headOf(keys.length))];
      for (const key of keys) parts.push(list.encode({ v: [key] }).slice(1), Uint8Array.of(1));
      return new Uint8Array(Buffer.concat(parts));
    },
    decode: (bytes) => map.decode(bytes),
    /** Reads the keys and values without a Map. */
    list(bytes) {
      const entries = map.decode(bytes).v;
      const asList = list.encode({ v: [...entries.keys()] }).slice();
      return () => list.decode(asList).v;
    },
  };
}

function headOf(count) {
  return Math.ceil(Math.log2(count + 1) / 7);
}

export const u64Codec = codecOf(ByIdCodec, IdListCodec);
export const u32Codec = codecOf(ByNumberCodec, NumberListCodec);
