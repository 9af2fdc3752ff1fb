/** Words and signs of the language. White space and newlines mean nothing; comments are kept apart. */
import { createToken, Lexer, type TokenType } from "chevrotain";

/** Every token: error recovery skips them. */
export const anyToken: TokenType = createToken({ name: "Any", pattern: Lexer.NA });
/** A name: every identifier, and every keyword in the place of a name. */
export const nameToken: TokenType = createToken({ name: "Name", pattern: Lexer.NA, categories: [anyToken] });

export const identifierToken: TokenType = createToken({
  name: "Identifier",
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  categories: [nameToken],
});
/** A name with letters that the language does not take; reported, then read as a name. */
export const wideIdentifierToken: TokenType = createToken({
  name: "WideIdentifier",
  pattern:
    /[A-Za-z0-9_]*[\u00aa-\u00ac\u00ae-\u061b\u061d-\u115e\u1161-\u1fff\u2c00-\u3163\u3165-\ud7ff\uf900-\ufdff\ufffd][A-Za-z0-9_\u00aa-\u00ac\u00ae-\u061b\u061d-\u115e\u1161-\u1fff\u2c00-\u3163\u3165-\ud7ff\uf900-\ufdff\ufffd]*/,
  categories: [nameToken],
  line_breaks: false,
});

function keyword(word: string): TokenType {
  return createToken({
    name: `Keyword_${word}`,
    pattern: new RegExp(word),
    longer_alt: [wideIdentifierToken, identifierToken],
    categories: [nameToken],
  });
}

export const structToken: TokenType = keyword("struct");
export const enumToken: TokenType = keyword("enum");
export const serviceToken: TokenType = keyword("service");
export const errorToken: TokenType = keyword("error");
export const typeToken: TokenType = keyword("type");
export const importToken: TokenType = keyword("import");
export const fromToken: TokenType = keyword("from");
export const packageToken: TokenType = keyword("package");
export const throwsToken: TokenType = keyword("throws");
export const noneToken: TokenType = keyword("none");
export const trueToken: TokenType = keyword("true");
export const falseToken: TokenType = keyword("false");

function sign(name: string, pattern: string): TokenType {
  return createToken({ name, pattern, categories: [anyToken] });
}

export const arrowToken: TokenType = sign("Arrow", "->");
export const leftBrace: TokenType = sign("LeftBrace", "{");
export const rightBrace: TokenType = sign("RightBrace", "}");
export const leftParen: TokenType = sign("LeftParen", "(");
export const rightParen: TokenType = sign("RightParen", ")");
export const leftBracket: TokenType = sign("LeftBracket", "[");
export const rightBracket: TokenType = sign("RightBracket", "]");
export const leftAngle: TokenType = sign("LeftAngle", "<");
export const rightAngle: TokenType = sign("RightAngle", ">");
export const doubleColonToken: TokenType = sign("DoubleColon", "::");
export const colonToken: TokenType = sign("Colon", ":");
export const commaToken: TokenType = sign("Comma", ",");
export const semicolonToken: TokenType = sign("Semicolon", ";");
export const questionToken: TokenType = sign("Question", "?");
export const equalsToken: TokenType = sign("Equals", "=");
export const atToken: TokenType = sign("At", "@");
export const dotToken: TokenType = sign("Dot", ".");
/** Signs that other languages put into types; the grammar takes them so that the message can be about them. */
export const barToken: TokenType = sign("Bar", "|");
export const ampersandToken: TokenType = sign("Ampersand", "&");

export const numberToken: TokenType = createToken({
  name: "Number",
  pattern: /-?(?:0[xX][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?)/,
  categories: [anyToken],
});
export const stringToken: TokenType = createToken({
  name: "String",
  pattern: /"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"/,
  categories: [anyToken],
});
/** Reported, then read as a string. */
export const singleQuotedToken: TokenType = createToken({
  name: "SingleQuoted",
  pattern: /'[^'\\\r\n]*(?:\\[^\r\n][^'\\\r\n]*)*'|[“”„«»‘’][^“”„«»‘’"\r\n]*[“”«»‘’]/,
  categories: [anyToken],
});
/** Reported, then read as a string that ends with its line. */
export const openStringToken: TokenType = createToken({
  name: "OpenString",
  pattern: /["'][^"'\\\r\n]*(?:\\[^\r\n][^"'\\\r\n]*)*/,
  categories: [anyToken],
});
/** Takes the place of a type that was taken out because it nests too deeply. The lexer never makes it. */
export const cutTypeToken: TokenType = createToken({
  name: "CutType",
  pattern: Lexer.NA,
  categories: [anyToken],
});
export const commentGroup = "comments";
const docComment = createToken({ name: "DocComment", pattern: /\/\/\/[^\r\n]*/, group: commentGroup });
/** `# …`: reported, then read as a comment. */
const hashComment = createToken({ name: "HashComment", pattern: /#[^\r\n]*/, group: commentGroup });
const lineComment = createToken({ name: "LineComment", pattern: /\/\/[^\r\n]*/, group: commentGroup });
const blockComment = createToken({
  name: "BlockComment",
  pattern: matchBlockComment,
  start_chars_hint: ["/"],
  line_breaks: true,
  group: commentGroup,
});
/** By hand: a regular expression would need a stack as long as the comment. An open one reaches to the end. */
function matchBlockComment(text: string, offset: number): [string] | null {
  if (!text.startsWith("/*", offset)) return null;
  const end = text.indexOf("*/", offset + 2);
  return [text.slice(offset, end < 0 ? text.length : end + 2)];
}

const whiteSpace = createToken({
  name: "WhiteSpace",
  pattern: /[\s\ufeff]+/,
  line_breaks: true,
  group: Lexer.SKIPPED,
});

/** Words with a meaning of their own. Each may still be the name of a field, a method or an argument. */
export const keywords: readonly string[] = [
  "struct", "enum", "service", "error", "type", "import", "from", "package", "throws", "none", "true", "false",
]; // biome-ignore format: one row

/** In the order in which the lexer tries them. */
export const allTokens: readonly TokenType[] = [
  whiteSpace,
  docComment,
  lineComment,
  hashComment,
  blockComment,
  structToken,
  enumToken,
  serviceToken,
  errorToken,
  typeToken,
  importToken,
  fromToken,
  packageToken,
  throwsToken,
  noneToken,
  trueToken,
  falseToken,
  wideIdentifierToken,
  identifierToken,
  arrowToken,
  numberToken,
  stringToken,
  singleQuotedToken,
  openStringToken,
  leftBrace,
  rightBrace,
  leftParen,
  rightParen,
  leftBracket,
  rightBracket,
  leftAngle,
  rightAngle,
  doubleColonToken,
  colonToken,
  commaToken,
  semicolonToken,
  questionToken,
  equalsToken,
  atToken,
  dotToken,
  barToken,
  ampersandToken,
  cutTypeToken,
  nameToken,
  anyToken,
];
