/**
 * Counts the blocks of a bundle: each block of a function, each branch and each right side of `&&`, `||` and `??` gets
 * a counter of one byte. The counts are `globalThis.voxBlocks`; `tests/fuzz/coverage.ts` reads them.
 */
import { parseAst } from "rollup/parseAst";

/** Insertions into a text. Of two at one place, the end of an inner node comes before that of the outer one. */
class Insertions {
  #list = [];
  blocks = 0;

  counter() {
    const block = this.blocks;
    this.blocks += 1;
    return `$blocks[${block}]++`;
  }

  put(at, text, isEnd = false) {
    this.#list.push({ at, text, order: isEnd ? 0 : 1 });
  }

  /** As a statement, at the start of a block that is there. */
  enter({ start }) {
    this.put(start + 1, `${this.counter()};`);
  }

  /** Before an expression. */
  before({ start, end }) {
    this.put(start, `(${this.counter()},`);
    this.put(end, ")", true);
  }

  apply(text) {
    const sorted = this.#list.map((each, index) => ({ ...each, index }));
    sorted.sort((a, b) => a.at - b.at || a.order - b.order || a.index - b.index);
    const pieces = [];
    let from = 0;
    for (const { at, text: added } of sorted) {
      pieces.push(text.slice(from, at), added);
      from = at;
    }
    return pieces.join("") + text.slice(from);
  }
}

/** Ranges of the modules that are counted, from the comments that esbuild writes before each module. */
function countedRanges(text, isCounted) {
  const ranges = [];
  for (const { index, 1: path } of text.matchAll(/^ *\/\/ (\S+\.[mc]?[jt]s)$/gm)) {
    const last = ranges.at(-1);
    if (last !== undefined) last.end = index;
    ranges.push({ start: index, end: text.length, isCounted: isCounted(path) });
  }
  return ranges.filter((range) => range.isCounted);
}

/**
 * @param text of a bundle that esbuild has written
 * @param isCounted whether the blocks of a module are counted, by its path
 * @returns the text, and the number of blocks
 */
export function instrument(text, isCounted) {
  const insertions = new Insertions();
  const ranges = countedRanges(text, isCounted);
  let at = 0;
  const isWanted = ({ start }) => {
    while (at < ranges.length && ranges[at].end <= start) at += 1;
    return at < ranges.length && ranges[at].start <= start;
  };
  for (const statement of parseAst(text).body) if (isWanted(statement)) visit(statement, insertions);
  const blocks = Math.ceil((insertions.blocks + 1) / 4) * 4;
  const head = `const $blocks = (globalThis.voxBlocks = new Uint8Array(${blocks}));\n`;
  return { text: head + insertions.apply(text), blocks };
}

function visit(node, insertions) {
  const visitAfter = markers[node.type]?.(node, insertions);
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (Array.isArray(value)) for (const each of value) if (isNode(each)) visit(each, insertions);
    if (isNode(value)) visit(value, insertions);
  }
  visitAfter?.();
}

function isNode(value) {
  return typeof value === "object" && value !== null && typeof value.type === "string";
}

/** A statement that may lack its braces. @returns what to do behind it */
function body(statement, insertions) {
  if (statement.type === "BlockStatement") {
    insertions.enter(statement);
    return () => {};
  }
  insertions.put(statement.start, `{${insertions.counter()};`);
  return () => insertions.put(statement.end, "}", true);
}

function functionBody({ body: code }, insertions) {
  if (code.type === "BlockStatement") insertions.enter(code);
  else insertions.before(code);
}

function loop({ body: code }, insertions) {
  return body(code, insertions);
}

const markers = {
  FunctionDeclaration: functionBody,
  FunctionExpression: functionBody,
  ArrowFunctionExpression: functionBody,
  ForStatement: loop,
  ForInStatement: loop,
  ForOfStatement: loop,
  WhileStatement: loop,
  DoWhileStatement: loop,
  IfStatement({ consequent, alternate, end }, insertions) {
    const after = [body(consequent, insertions)];
    if (alternate) after.push(body(alternate, insertions));
    else {
      const counter = insertions.counter();
      after.push(() => insertions.put(end, ` else {${counter};}`, true));
    }
    return () => {
      for (const each of after) each();
    };
  },
  SwitchCase({ consequent }, insertions) {
    if (consequent.length > 0) insertions.put(consequent[0].start, `${insertions.counter()};`);
  },
  CatchClause({ body: code }, insertions) {
    insertions.enter(code);
  },
  ConditionalExpression({ consequent, alternate }, insertions) {
    insertions.before(consequent);
    insertions.before(alternate);
  },
  LogicalExpression({ right }, insertions) {
    insertions.before(right);
  },
};
