/**
 * The limit: a codec for the two messages, written by hand for this machine and nothing else. It checks no value and
 * no UTF-8, knows only Node, and keeps its state in module variables.
 */

let out = Buffer.allocUnsafeSlow(1 << 16);
let outView = new DataView(out.buffer);
let outAt = 0;

const scratch = new BigUint64Array(1);
const scratchSigned = new BigInt64Array(scratch.buffer);
const half = new Uint32Array(scratch.buffer);

function fresh() {
  out = Buffer.allocUnsafeSlow(1 << 16);
  outView = new DataView(out.buffer);
  outAt = 0;
}

function putVarint(p, value) {
  let v = value;
  let at = p;
  while (v > 127) {
    out[at++] = (v & 127) | 128;
    v >>>= 7;
  }
  out[at] = v;
  return at + 1;
}

function putHalves(p, lo, hi) {
  if (hi === 0) return putVarint(p, lo);
  const o = out;
  o[p] = lo | 128;
  o[p + 1] = (lo >>> 7) | 128;
  o[p + 2] = (lo >>> 14) | 128;
  o[p + 3] = (lo >>> 21) | 128;
  const mid = ((hi << 4) | (lo >>> 28)) >>> 0;
  if (hi >>> 28 === 0) return putVarint(p + 4, mid);
  o[p + 4] = mid | 128;
  o[p + 5] = (mid >>> 7) | 128;
  o[p + 6] = (mid >>> 14) | 128;
  o[p + 7] = (mid >>> 21) | 128;
  return putVarint(p + 8, ((hi >>> 28) << 4) | (mid >>> 28));
}

function putText(p, text) {
  const { length } = text;
  const o = out;
  const start = p + 1;
  if (length < 28) {
    let i = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) break;
      o[start + i] = unit;
    }
    if (i === length) {
      o[p] = length;
      return start + length;
    }
  }
  const bytes = o.utf8Write(text, start);
  o[p] = bytes;
  return start + bytes;
}

export function encodePoint(value) {
  if (outAt + 64 > out.length) fresh();
  const p = outAt;
  outView.setFloat64(p, value.x, true);
  outView.setFloat64(p + 8, value.y, true);
  outAt = putVarint(p + 16, value.id);
  return new Uint8Array(out.buffer, p, outAt - p);
}

export function encodeUser(value) {
  if (outAt + 4096 > out.length) fresh();
  const begin = outAt;
  scratch[0] = value.id;
  let p = putHalves(begin, half[0], half[1]);
  p = putText(p, value.name);
  p = putText(p, value.email);
  const { tags, address, scores } = value;
  p = putVarint(p, tags.length);
  for (let i = 0; i < tags.length; i++) p = putText(p, tags[i]);
  p = putText(p, address.street);
  p = putText(p, address.city);
  p = putText(p, address.zip);
  p = putText(p, address.country);
  p = putVarint(p, scores.length);
  for (let i = 0; i < scores.length; i++, p += 8) outView.setFloat64(p, scores[i], true);
  out[p] = value.active ? 1 : 0;
  out[p + 1] = value.role === "Guest" ? 0 : value.role === "Member" ? 1 : 2;
  scratchSigned[0] = value.created;
  const lo = half[0];
  const hi = half[1];
  const sign = (hi | 0) >> 31;
  p = putHalves(p + 2, ((lo << 1) ^ sign) >>> 0, (((hi << 1) | (lo >>> 31)) ^ sign) >>> 0);
  outAt = p;
  return new Uint8Array(out.buffer, begin, p - begin);
}

let source = Buffer.alloc(0);
let sourceView = new DataView(source.buffer);
let at = 0;

function open(bytes) {
  if (bytes !== source) {
    source = bytes;
    sourceView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  at = 0;
}

function ended() {
  throw new RangeError("end of input");
}

function takeVarint() {
  const b = source;
  let byte = b[at++];
  if (byte < 128) return byte;
  let v = byte & 127;
  byte = b[at++];
  v |= (byte & 127) << 7;
  if (byte < 128) return v;
  byte = b[at++];
  v |= (byte & 127) << 14;
  if (byte < 128) return v;
  byte = b[at++];
  v |= (byte & 127) << 21;
  if (byte < 128) return v;
  return (v | (b[at++] << 28)) >>> 0;
}

function takeHalves() {
  const b = source;
  let lo = 0;
  let shift = 0;
  let byte = 0;
  for (; shift < 28; shift += 7) {
    byte = b[at++];
    lo |= (byte & 127) << shift;
    if (byte < 128) {
      half[0] = lo;
      half[1] = 0;
      return;
    }
  }
  byte = b[at++];
  half[0] = lo | (byte << 28);
  let hi = (byte & 127) >>> 4;
  for (shift = 3; byte > 127; shift += 7) {
    byte = b[at++];
    hi |= (byte & 127) << shift;
  }
  half[1] = hi;
}

const from = String.fromCharCode;

function takeText() {
  const length = takeVarint();
  const s = at;
  at += length;
  if (at > source.length) ended();
  const b = source;
  switch (length) {
    case 0:
      return "";
    case 1: {
      const a = b[s];
      if (a < 128) return from(a);
      break;
    }
    case 2: {
      const a = b[s];
      const q = b[s + 1];
      if ((a | q) < 128) return from(a, q);
      break;
    }
    case 3: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      if ((a | q | c) < 128) return from(a, q, c);
      break;
    }
    case 4: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      if ((a | q | c | d) < 128) return from(a, q, c, d);
      break;
    }
    case 5: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      if ((a | q | c | d | e) < 128) return from(a, q, c, d, e);
      break;
    }
    case 6: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      if ((a | q | c | d | e | f) < 128) return from(a, q, c, d, e, f);
      break;
    }
    case 7: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      if ((a | q | c | d | e | f | g) < 128) return from(a, q, c, d, e, f, g);
      break;
    }
    case 8: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      if ((a | q | c | d | e | f | g | h) < 128) return from(a, q, c, d, e, f, g, h);
      break;
    }
    case 9: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      if ((a | q | c | d | e | f | g | h | i) < 128) return from(a, q, c, d, e, f, g, h, i);
      break;
    }
    case 10: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      const j = b[s + 9];
      if ((a | q | c | d | e | f | g | h | i | j) < 128) return from(a, q, c, d, e, f, g, h, i, j);
      break;
    }
    case 11: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      const j = b[s + 9];
      const k = b[s + 10];
      if ((a | q | c | d | e | f | g | h | i | j | k) < 128) return from(a, q, c, d, e, f, g, h, i, j, k);
      break;
    }
    case 12: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      const j = b[s + 9];
      const k = b[s + 10];
      const l = b[s + 11];
      if ((a | q | c | d | e | f | g | h | i | j | k | l) < 128)
        return from(a, q, c, d, e, f, g, h, i, j, k, l);
      break;
    }
    case 13: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      const j = b[s + 9];
      const k = b[s + 10];
      const l = b[s + 11];
      const m = b[s + 12];
      if ((a | q | c | d | e | f | g | h | i | j | k | l | m) < 128)
        return from(a, q, c, d, e, f, g, h, i, j, k, l, m);
      break;
    }
    case 14: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      const j = b[s + 9];
      const k = b[s + 10];
      const l = b[s + 11];
      const m = b[s + 12];
      const n = b[s + 13];
      if ((a | q | c | d | e | f | g | h | i | j | k | l | m | n) < 128)
        return from(a, q, c, d, e, f, g, h, i, j, k, l, m, n);
      break;
    }
    case 15: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      const j = b[s + 9];
      const k = b[s + 10];
      const l = b[s + 11];
      const m = b[s + 12];
      const n = b[s + 13];
      const o = b[s + 14];
      if ((a | q | c | d | e | f | g | h | i | j | k | l | m | n | o) < 128)
        return from(a, q, c, d, e, f, g, h, i, j, k, l, m, n, o);
      break;
    }
    case 16: {
      const a = b[s];
      const q = b[s + 1];
      const c = b[s + 2];
      const d = b[s + 3];
      const e = b[s + 4];
      const f = b[s + 5];
      const g = b[s + 6];
      const h = b[s + 7];
      const i = b[s + 8];
      const j = b[s + 9];
      const k = b[s + 10];
      const l = b[s + 11];
      const m = b[s + 12];
      const n = b[s + 13];
      const o = b[s + 14];
      const p = b[s + 15];
      if ((a | q | c | d | e | f | g | h | i | j | k | l | m | n | o | p) < 128)
        return from(a, q, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
      break;
    }
  }
  return b.utf8Slice(s, at);
}

export function decodePoint(bytes) {
  open(bytes);
  if (bytes.length < 17) ended();
  at = 16;
  return { x: sourceView.getFloat64(0, true), y: sourceView.getFloat64(8, true), id: takeVarint() };
}

const roles = ["Guest", "Member", "Admin"];

export function decodeUser(bytes) {
  open(bytes);
  takeHalves();
  const id = scratch[0];
  const name = takeText();
  const email = takeText();
  let count = takeVarint();
  if (count > source.length - at) ended();
  const tags = new Array(count);
  for (let i = 0; i < count; i++) tags[i] = takeText();
  const address = { street: takeText(), city: takeText(), zip: takeText(), country: takeText() };
  count = takeVarint();
  if (count * 8 > source.length - at) ended();
  const scores = new Array(count);
  for (let i = 0; i < count; i++, at += 8) scores[i] = sourceView.getFloat64(at, true);
  const active = source[at++] === 1;
  const role = roles[source[at++]];
  takeHalves();
  const lo = half[0];
  const hi = half[1];
  const sign = -(lo & 1);
  half[0] = ((lo >>> 1) | (hi << 31)) ^ sign;
  half[1] = (hi >>> 1) ^ sign;
  return { id, name, email, tags, address, scores, active, role, created: scratchSigned[0] };
}
