/** Text that is laid out by width: on one line where it fits, else one item a line. */

/** Width that lines are kept to where they can be broken. */
const maxWidth = 120;

/** A piece of generated code. */
export type Layout =
  | string
  /** Pieces behind one another. */
  | { readonly kind: "joined"; readonly parts: readonly Layout[] }
  /** Items in brackets, separated by commas. */
  | {
      readonly kind: "group";
      readonly open: string;
      readonly items: readonly Layout[];
      readonly close: string;
      /** The text inside each bracket, when the group is on one line. */
      readonly pad: "" | " ";
      /** Where only the last item needs a break, the others stay on the first line with its start. */
      readonly hugs: boolean;
    }
  /** Lines between brackets, always broken. */
  | {
      readonly kind: "block";
      readonly open: string;
      readonly lines: readonly Layout[];
      /** Absent: the lines end it. */
      readonly close?: string;
    }
  /** `condition ? whenTrue : whenFalse` */
  | {
      readonly kind: "conditional";
      readonly condition: string;
      readonly whenTrue: Layout;
      readonly whenFalse: Layout;
    };

/** Pieces behind one another. */
export function joined(...parts: readonly Layout[]): Layout {
  return { kind: "joined", parts };
}

/** `open`, items with commas between them, `close`. */
export function group(open: string, items: readonly Layout[], close: string, pad: "" | " " = ""): Layout {
  return { kind: "group", open, items, close, pad, hugs: false };
}

/** A call; a last argument that has to be broken stays beside the others. */
export function call(name: string, args: readonly Layout[]): Layout {
  return { kind: "group", open: `${name}(`, items: args, close: ")", pad: "", hugs: true };
}

/** An object literal. @param entries members with their values, `name: value` or a shorthand `name` */
export function object(entries: readonly Layout[]): Layout {
  return entries.length === 0 ? "{}" : group("{", entries, "}", " ");
}

/** `open`, then each line indented, then `close`; never on one line. */
export function block(open: string, lines: readonly Layout[], close = "}"): Layout {
  return { kind: "block", open, lines, close };
}

/** `open` and the lines under it, indented: a case of a switch. */
export function section(open: string, lines: readonly Layout[]): Layout {
  return { kind: "block", open, lines };
}

/** A conditional expression. */
export function conditional(condition: string, whenTrue: Layout, whenFalse: Layout): Layout {
  return { kind: "conditional", condition, whenTrue, whenFalse };
}

/** The text of a piece, or undefined when it does not fit on one line. */
export function flat(layout: Layout): string | undefined {
  if (typeof layout === "string") return layout.includes("\n") ? undefined : layout;
  switch (layout.kind) {
    case "block":
      return undefined;
    case "joined":
      return flatAll(layout.parts)?.join("");
    case "conditional": {
      const branches = flatAll([layout.whenTrue, layout.whenFalse]);
      return branches === undefined ? undefined : `${layout.condition} ? ${branches[0]} : ${branches[1]}`;
    }
    case "group": {
      const items = flatAll(layout.items);
      return items === undefined
        ? undefined
        : `${layout.open}${layout.pad}${items.join(", ")}${layout.pad}${layout.close}`;
    }
  }
}

function flatAll(layouts: readonly Layout[]): readonly string[] | undefined {
  const texts = layouts.map(flat);
  return texts.some((text) => text === undefined) ? undefined : (texts as readonly string[]);
}

/**
 * The text of a piece from an indented position on; the first line gets no indentation.
 *
 * @param indent spaces before the line on which the piece starts
 * @param used characters before the piece on that line, indentation included
 * @param after characters that follow on its last line
 */
export function render(layout: Layout, indent: number, used: number = indent, after = 0): string {
  const text = flat(layout);
  if (text !== undefined && used + text.length + after <= maxWidth) return text;
  if (typeof layout === "string") return layout;
  const inner = " ".repeat(indent + 2);
  const outer = " ".repeat(indent);
  switch (layout.kind) {
    case "block": {
      const lines = layout.lines.map((line) =>
        line === "" ? "\n" : `\n${inner}${render(line, indent + 2)}`,
      );
      const end = layout.close === undefined ? "" : `\n${outer}${layout.close}`;
      return `${layout.open}${lines.join("")}${end}`;
    }
    case "group": {
      const hugged = layout.hugs ? renderHugging(layout, indent, used) : undefined;
      if (hugged !== undefined) return hugged;
      if (layout.items.length === 0) return `${layout.open}${layout.close}`;
      const items = layout.items.map((item) => `${inner}${render(item, indent + 2, indent + 2, 1)},\n`);
      return `${layout.open}\n${items.join("")}${outer}${layout.close}`;
    }
    case "conditional": {
      const whenTrue = render(layout.whenTrue, indent + 2, indent + 4);
      const whenFalse = render(layout.whenFalse, indent + 2, indent + 4, after);
      return `${layout.condition}\n${inner}? ${whenTrue}\n${inner}: ${whenFalse}`;
    }
    case "joined":
      return renderJoined(layout.parts, indent, used, after);
  }
}

/** A group whose last item alone is broken; undefined where that is not possible. */
function renderHugging(
  { open, items, close }: Extract<Layout, { kind: "group" }>,
  indent: number,
  used: number,
): string | undefined {
  const last = items.at(-1);
  const others = flatAll(items.slice(0, -1));
  if (last === undefined || typeof last === "string" || others === undefined) return undefined;
  const head = `${open}${others.map((text) => `${text}, `).join("")}`;
  if (used + head.length + leadWidth(last) > maxWidth) return undefined;
  return `${head}${render(last, indent, used + head.length, close.length)}${close}`;
}

/** A piece is broken where it would not leave room for the text behind it up to the next break. */
function renderJoined(parts: readonly Layout[], indent: number, used: number, after: number): string {
  let text = "";
  for (const [at, part] of parts.entries()) {
    const column = text.includes("\n") ? text.length - text.lastIndexOf("\n") - 1 : used + text.length;
    text += render(part, indent, column, trailing(parts.slice(at + 1), after));
  }
  return text;
}

/** Width of what follows on the same line at least. */
function trailing(parts: readonly Layout[], after: number): number {
  let width = 0;
  for (const part of parts) {
    if (typeof part !== "string") return width + leadWidth(part);
    width += part.length;
  }
  return width + after;
}

/** Width of the first line of a piece that is broken. */
function leadWidth(layout: Layout): number {
  if (typeof layout === "string") return layout.length;
  switch (layout.kind) {
    case "group":
    case "block":
      return layout.open.length;
    case "joined":
      return trailing(layout.parts, 0);
    case "conditional":
      return layout.condition.length;
  }
}
