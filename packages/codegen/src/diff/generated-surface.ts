/** What a generated file offers to the code that imports it, read from its text. */

/** A generated declaration without its comments. */
export interface Surface {
  readonly kind: "interface" | "type" | "class" | "const";
  /** Name with type parameters. */
  readonly head: string;
  /** By name: members of an interface or class without bodies, variants of a union. */
  readonly members: ReadonlyMap<string, string>;
  /** Text of a type that has no members. */
  readonly text: string;
}

const declaration = /^export (interface|type|class|const) ([A-Za-z_$][\w$]*)(.*)$/;
/** Sections of a generated file that applications see. */
const shown = /^\/\/ --- (types|clients and handlers) ---$/;
const section = /^\/\/ --- .* ---$/;

/** Declarations of the types, clients and handlers of a generated file, by name; a type wins over its constant. */
export function surfacesOf(text: string): ReadonlyMap<string, Surface> {
  const found = new Map<string, Surface>();
  let isShown = false;
  let open: { kind: string; name: string; lines: string[] } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const known = found.get(open.name);
    if (known === undefined || known.kind === "const") found.set(open.name, surfaceOf(open));
    open = undefined;
  };
  for (const line of text.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, "").split("\n")) {
    if (section.test(line)) {
      close();
      isShown = shown.test(line);
      continue;
    }
    const match = isShown ? declaration.exec(line) : null;
    if (match !== null) {
      close();
      open = { kind: match[1] ?? "", name: match[2] ?? "", lines: [`${match[2]}${match[3]}`] };
    } else if (open !== undefined && line !== "") {
      open.lines.push(line);
    }
  }
  close();
  return found;
}

function surfaceOf({ kind, lines }: { kind: string; name: string; lines: readonly string[] }): Surface {
  const [first = "", ...rest] = lines;
  if (kind === "interface" || kind === "class") {
    const members = kind === "interface" ? membersOf(rest) : signaturesOf(rest);
    return { kind, head: first.replace(/ \{$/, ""), members, text: "" };
  }
  const whole = [first, ...rest.map((line) => line.trim())].join(" ").replace(/;$/, "");
  const [head = "", ...body] = whole.split(/ = | =(?=\s)/);
  const text = body.join(" = ").trim();
  if (kind === "type") return { kind, head, members: variantsOf(text), text };
  return { kind: "const", head, members: new Map(), text };
}

/** Members of an interface: one a line, or broken over several up to the `;`. */
function membersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let pending = "";
  for (const line of lines) {
    if (line === "}") break;
    pending = pending === "" ? line.trim() : `${pending} ${line.trim()}`;
    if (!line.endsWith(";") || depthOf(pending) > 0) continue;
    const text = pending.slice(0, -1);
    members.set(nameOf(text), text);
    pending = "";
  }
  return members;
}

/** Signatures of a class: what stands two spaces in, up to the brace of the body. */
function signaturesOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let pending = "";
  for (const line of lines) {
    if (pending === "" && !/^ {2}[A-Za-z_$]/.test(line)) continue;
    pending = pending === "" ? line.trim() : `${pending} ${line.trim()}`;
    if (!pending.endsWith("{") && !pending.endsWith(";")) continue;
    if (depthOf(pending.replace(/\{$/, "")) > 0) continue;
    const text = pending.replace(/ ?[{;]$/, "");
    members.set(nameOf(text), text);
    pending = "";
  }
  return members;
}

/** Alternatives of a union whose every part is a literal or an object with `kind`. */
function variantsOf(text: string): ReadonlyMap<string, string> {
  const parts = splitUnion(text.replace(/^\| /, ""));
  const variants = new Map<string, string>();
  for (const part of parts) {
    const name = /^"([^"]*)"$/.exec(part)?.[1] ?? /^\{ kind: "([^"]*)"/.exec(part)?.[1];
    if (name === undefined) return new Map();
    variants.set(name, part);
  }
  return variants;
}

function splitUnion(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if ("{[(<".includes(character)) depth += 1;
    else if ("}])>".includes(character) && text[at - 1] !== "=") depth -= 1;
    else if (character === "|" && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

function depthOf(text: string): number {
  let depth = 0;
  for (const [at, character] of [...text].entries()) {
    if ("{[(".includes(character)) depth += 1;
    else if ("}])".includes(character) && text[at - 1] !== "=") depth -= 1;
  }
  return depth;
}

function nameOf(text: string): string {
  return /^(?:readonly |get |set |static )*([A-Za-z_$][\w$]*)/.exec(text)?.[1] ?? text;
}
