/** The two messages of the codec benchmark; the same on every run. */

let state = 0x2545f491;

function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_";

/** A word of `least` to `most` letters, as one flat string: a string that grew by `+=` reads more slowly. */
function word(least, most) {
  const length = least + Math.floor(random() * (most - least + 1));
  const units = Array.from({ length }, () => letters.charCodeAt(Math.floor(random() * letters.length)));
  return Buffer.from(units).toString("latin1");
}

export const point = { x: 3.25, y: -17.875, id: 123456 };

export const user = {
  id: BigInt(Math.floor(random() * 2 ** 40)),
  name: word(6, 18),
  email: Buffer.from(`${word(5, 12)}@${word(5, 10)}.com`).toString("latin1"),
  tags: Array.from({ length: 10 }, () => word(4, 12)),
  address: { street: word(10, 24), city: word(5, 14), zip: word(5, 5), country: word(4, 12) },
  scores: Array.from({ length: 16 }, () => random() * 1000),
  active: true,
  role: "Member",
  created: BigInt(Math.floor(1.7e12 + random() * 1e9)),
};
