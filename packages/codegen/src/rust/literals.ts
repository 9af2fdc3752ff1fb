/** Literals of Rust as values. */

/** Value of `12`, `0xff_u8`, `1_000usize`; undefined for what is no integer. */
export function integerValue(text: string): bigint | undefined {
  let digits = text.replaceAll("_", "").toLowerCase();
  for (const suffix of integerSuffixes) {
    if (!digits.endsWith(suffix)) continue;
    digits = digits.slice(0, -suffix.length);
    break;
  }
  if (digits === "") return undefined;
  try {
    return BigInt(digits);
  } catch {
    return undefined;
  }
}

const integerSuffixes = [
  "u128",
  "i128",
  "usize",
  "isize",
  "u16",
  "u32",
  "u64",
  "i16",
  "i32",
  "i64",
  "u8",
  "i8",
];

/** Value of `1.5`, `1e9f64`, `2.`; undefined for what is no number. */
export function floatValue(text: string): number | undefined {
  const digits = text.replaceAll("_", "");
  const bare = digits.endsWith("f32") || digits.endsWith("f64") ? digits.slice(0, -3) : digits;
  const value = bare === "" ? Number.NaN : Number(bare);
  return Number.isFinite(value) ? value : undefined;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** The value of a string or character literal, raw ones included; undefined for any other token. */
export function stringValue(text: string): string | undefined {
  if (text.startsWith("r")) {
    const hashes = text.indexOf('"') - 1;
    return hashes < 0 ? undefined : text.slice(hashes + 2, text.length - hashes - 1);
  }
  const quote = text[0];
  if ((quote !== '"' && quote !== "'") || text.length < 2 || !text.endsWith(quote)) return undefined;
  return unescaped(text.slice(1, -1));
}

function unescaped(text: string): string | undefined {
  let value = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character !== "\\") {
      value += character;
      continue;
    }
    at += 1;
    const sign = text[at] ?? "";
    if (sign === "x") {
      const code = Number.parseInt(text.slice(at + 1, at + 3), 16);
      if (Number.isNaN(code)) return undefined;
      value += String.fromCharCode(code);
      at += 2;
    } else if (sign === "u") {
      const end = text.indexOf("}", at);
      const code = Number.parseInt(text.slice(at + 2, end).replaceAll("_", ""), 16);
      if (end < 0 || Number.isNaN(code) || code > 0x10ffff) return undefined;
      value += String.fromCodePoint(code);
      at = end;
    } else if (sign === "\n" || sign === "\r") {
      while (at + 1 < text.length && (text[at + 1] ?? "").trim() === "") at += 1;
    } else {
      const plain = escapes[sign];
      if (plain === undefined) return undefined;
      value += plain;
    }
  }
  return value;
}
