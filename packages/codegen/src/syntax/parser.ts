/**
 * The grammar. It accepts more than the language has: members without a type, missing brackets, the habits of other
 * languages (`fn`, `name?: T`, `[]T`, `;`). The builder of the tree reports text that is missing or too much, because
 * the builder knows what the author meant. So one slip gives one message, and the members after it are read normally.
 */
import {
  type CstNode,
  CstParser,
  EOF,
  type IRecognitionException,
  type IToken,
  type TokenType,
} from "chevrotain";
import {
  allTokens,
  ampersandToken,
  anyToken,
  arrowToken,
  atToken,
  barToken,
  colonToken,
  commaToken,
  cutTypeToken,
  dotToken,
  doubleColonToken,
  enumToken,
  equalsToken,
  errorToken,
  falseToken,
  fromToken,
  identifierToken,
  importToken,
  leftAngle,
  leftBrace,
  leftBracket,
  leftParen,
  nameToken,
  noneToken,
  numberToken,
  openStringToken,
  packageToken,
  questionToken,
  rightAngle,
  rightBrace,
  rightBracket,
  rightParen,
  semicolonToken,
  serviceToken,
  singleQuotedToken,
  stringToken,
  structToken,
  throwsToken,
  trueToken,
  typeToken,
  wideIdentifierToken,
} from "./tokens.js";

const declarationWords: ReadonlySet<TokenType> = new Set([
  structToken,
  enumToken,
  serviceToken,
  typeToken,
  importToken,
  packageToken,
]);
const nameTokens: ReadonlySet<TokenType> = new Set([
  identifierToken,
  wideIdentifierToken,
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
]);
const strings: ReadonlySet<TokenType> = new Set([stringToken, singleQuotedToken, openStringToken]);
const openers: ReadonlySet<TokenType> = new Set([leftBrace, leftParen, leftBracket]);
const closers: ReadonlySet<TokenType> = new Set([rightBrace, rightParen, rightBracket]);
/** Words of other schema languages before the type itself. */
const typeModifiers: ReadonlySet<string> = new Set([
  "stream",
  "repeated",
  "optional",
  "required",
  "readonly",
  "const",
  "mut",
  "dyn",
  "impl",
  "unsigned",
]);

class VoxParser extends CstParser {
  /** Open brackets inside the stray region that is being skipped. */
  #strayDepth = 0;

  constructor(skipValidations: boolean) {
    super([...allTokens], {
      recoveryEnabled: true,
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      skipValidations,
    });
    this.performSelfAnalysis();
  }

  // --- gates ---

  #is(ahead: number, type: TokenType): boolean {
    return this.LA(ahead).tokenType === type;
  }

  #isName(ahead: number): boolean {
    return nameTokens.has(this.LA(ahead).tokenType);
  }

  /** True when a token starts on a line below the one before it. */
  #isOnNewLine(ahead: number): boolean {
    const before = this.LA(ahead - 1);
    return (this.LA(ahead).startLine ?? 0) > (before.endLine ?? before.startLine ?? 0);
  }

  /** Whether a declaration starts here, though a brace before it may be missing. */
  #isDeclaration(): boolean {
    const { tokenType } = this.LA(1);
    if (tokenType === errorToken) return declarationWords.has(this.LA(2).tokenType) && this.#isName(3);
    if (!declarationWords.has(tokenType)) return false;
    if (tokenType === importToken) return this.#is(2, leftBrace);
    if (!this.#isName(2)) return false;
    if (tokenType === packageToken) return this.#isOnNewLine(1);
    return (
      this.#is(3, leftBrace) ||
      this.#is(3, leftAngle) ||
      (tokenType === structToken && this.#is(3, leftParen)) ||
      (tokenType === typeToken && this.#is(3, equalsToken))
    );
  }

  #atBodyEnd(): boolean {
    return this.#is(1, rightBrace) || this.#is(1, EOF) || this.#isDeclaration();
  }

  #atArgumentsEnd(): boolean {
    return (
      this.#is(1, rightParen) ||
      this.#is(1, arrowToken) ||
      this.#is(1, leftBrace) ||
      this.#atBodyEnd() ||
      (this.#is(1, throwsToken) && this.#isName(2))
    );
  }

  #isSeparator(): boolean {
    return this.#is(1, commaToken) || this.#is(1, semicolonToken);
  }

  /** `string name = 1;` is another language's field: one stray region. */
  #isField(): boolean {
    if (!this.#isName(1)) return false;
    const at = this.#isName(2) && this.#isName(3) && !this.#isOnNewLine(3) ? 4 : 3;
    return !(this.#isName(2) && this.#is(at, equalsToken) && this.#is(at + 1, numberToken));
  }

  #isTypeStart(): boolean {
    const { tokenType } = this.LA(1);
    if (nameTokens.has(tokenType)) {
      const isNextMember = this.#is(2, colonToken) || this.#is(2, leftParen) || this.#is(2, questionToken);
      return !(this.#isOnNewLine(1) && isNextMember) && !this.#isDeclaration();
    }
    return (
      tokenType === leftParen ||
      tokenType === leftBracket ||
      tokenType === leftBrace ||
      tokenType === cutTypeToken ||
      tokenType === ampersandToken ||
      strings.has(tokenType) ||
      (tokenType === atToken && !this.#isOnNewLine(1))
    );
  }

  /** Where the skipping of what cannot be understood ends. */
  #strayGoesOn(): boolean {
    const { tokenType } = this.LA(1);
    if (tokenType === EOF) return false;
    const depth = this.#strayDepth;
    if (depth <= 0) {
      if (closers.has(tokenType) || tokenType === commaToken || tokenType === semicolonToken) return false;
      if (this.#isOnNewLine(1) && (nameTokens.has(tokenType) || tokenType === atToken)) return false;
      return !this.#isDeclaration();
    }
    return !(this.LA(1).startColumn === 1 && this.#isDeclaration());
  }

  // --- file ---

  readonly file = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.item));
  });

  readonly item = this.RULE("item", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OPTION(() =>
      this.OR({
        IGNORE_AMBIGUITIES: true,
        DEF: [
          { GATE: () => this.#isName(2), ALT: () => this.SUBRULE(this.packageItem) },
          { ALT: () => this.SUBRULE(this.importItem) },
          { GATE: () => this.#startsDeclaration(structToken), ALT: () => this.SUBRULE(this.structItem) },
          { GATE: () => this.#startsDeclaration(enumToken), ALT: () => this.SUBRULE(this.enumItem) },
          { GATE: () => this.#startsDeclaration(typeToken), ALT: () => this.SUBRULE(this.aliasItem) },
          { GATE: () => this.#startsDeclaration(serviceToken), ALT: () => this.SUBRULE(this.serviceItem) },
          { ALT: () => this.SUBRULE(this.strayItem) },
        ],
      }),
    );
  });

  #startsDeclaration(word: TokenType): boolean {
    return this.#is(1, word) || (this.#is(1, errorToken) && this.#is(2, word));
  }

  readonly packageItem = this.RULE("packageItem", () => {
    this.CONSUME(packageToken);
    this.CONSUME(nameToken);
    this.MANY(() => {
      this.CONSUME(dotToken);
      this.OPTION({ GATE: () => !this.#isOnNewLine(1), DEF: () => this.CONSUME2(nameToken) });
    });
    this.OPTION2(() => this.CONSUME(semicolonToken));
  });

  readonly importItem = this.RULE("importItem", () => {
    this.CONSUME(importToken);
    this.OPTION(() => {
      this.CONSUME(leftBrace);
      this.MANY({
        GATE: () => !this.#isDeclaration(),
        DEF: () => this.OR([{ ALT: () => this.CONSUME(nameToken) }, { ALT: () => this.CONSUME(commaToken) }]),
      });
      this.OPTION2(() => this.CONSUME(rightBrace));
    });
    this.OPTION3(() => this.CONSUME(fromToken));
    this.OPTION4(() => this.SUBRULE(this.quoted));
    this.OPTION5(() => this.CONSUME(semicolonToken));
  });

  readonly quoted = this.RULE("quoted", () => {
    this.OR([
      { ALT: () => this.CONSUME(stringToken) },
      { ALT: () => this.CONSUME(singleQuotedToken) },
      { ALT: () => this.CONSUME(openStringToken) },
    ]);
  });

  readonly structItem = this.RULE("structItem", () => {
    this.OPTION(() => this.CONSUME(errorToken));
    this.CONSUME(structToken);
    this.SUBRULE(this.head);
    this.OPTION2(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.fieldBody) }, { ALT: () => this.SUBRULE(this.tuple) }]),
    );
    this.MANY(() => this.SUBRULE(this.separator));
  });

  readonly enumItem = this.RULE("enumItem", () => {
    this.OPTION(() => this.CONSUME(errorToken));
    this.CONSUME(enumToken);
    this.SUBRULE(this.head);
    this.OPTION2(() => {
      this.CONSUME(leftBrace);
      this.MANY({ GATE: () => !this.#atBodyEnd(), DEF: () => this.SUBRULE(this.variantMember) });
      this.OPTION3(() => this.CONSUME(rightBrace));
    });
    this.MANY2(() => this.SUBRULE(this.separator));
  });

  readonly aliasItem = this.RULE("aliasItem", () => {
    this.OPTION(() => this.CONSUME(errorToken));
    this.CONSUME(typeToken);
    this.SUBRULE(this.head);
    this.OPTION2(() => this.CONSUME(equalsToken));
    this.OPTION3({ GATE: () => this.#isTypeStart(), DEF: () => this.SUBRULE(this.type) });
    this.MANY(() => this.SUBRULE(this.separator));
  });

  readonly serviceItem = this.RULE("serviceItem", () => {
    this.OPTION(() => this.CONSUME(errorToken));
    this.CONSUME(serviceToken);
    this.SUBRULE(this.head);
    this.OPTION2(() => {
      this.CONSUME(leftBrace);
      this.MANY({ GATE: () => !this.#atBodyEnd(), DEF: () => this.SUBRULE(this.methodMember) });
      this.OPTION3(() => this.CONSUME(rightBrace));
    });
    this.MANY2(() => this.SUBRULE(this.separator));
  });

  readonly head = this.RULE("head", () => {
    this.OPTION({ GATE: () => !this.#isDeclaration(), DEF: () => this.CONSUME(nameToken) });
    this.OPTION2(() => this.SUBRULE(this.parameters));
  });

  readonly parameters = this.RULE("parameters", () => {
    this.CONSUME(leftAngle);
    this.MANY(() =>
      this.OR([{ ALT: () => this.CONSUME(nameToken) }, { ALT: () => this.CONSUME(commaToken) }]),
    );
    this.OPTION(() => this.CONSUME(rightAngle));
  });

  readonly separator = this.RULE("separator", () => {
    this.OR([{ ALT: () => this.CONSUME(commaToken) }, { ALT: () => this.CONSUME(semicolonToken) }]);
  });

  // --- attributes and literals ---

  readonly attribute = this.RULE("attribute", () => {
    this.CONSUME(atToken);
    this.OPTION({ GATE: () => !this.#isDeclaration(), DEF: () => this.CONSUME(nameToken) });
    this.OPTION2(() => this.SUBRULE(this.attributeArguments));
  });

  readonly attributeArguments = this.RULE("attributeArguments", () => {
    this.CONSUME(leftParen);
    this.MANY({
      GATE: () => !this.#isDeclaration(),
      DEF: () =>
        this.OR([{ ALT: () => this.SUBRULE(this.literal) }, { ALT: () => this.CONSUME(commaToken) }]),
    });
    this.OPTION(() => this.CONSUME(rightParen));
  });

  readonly literal = this.RULE("literal", () => {
    this.OR([
      { ALT: () => this.CONSUME(numberToken) },
      { ALT: () => this.SUBRULE(this.quoted) },
      {
        ALT: () => {
          this.CONSUME(nameToken);
          this.MANY(() => {
            this.OR2([{ ALT: () => this.CONSUME(dotToken) }, { ALT: () => this.CONSUME(doubleColonToken) }]);
            this.OPTION(() => this.CONSUME2(nameToken));
          });
          this.OPTION2({ GATE: () => !this.#isOnNewLine(1), DEF: () => this.SUBRULE(this.bracketed) });
        },
      },
      { ALT: () => this.SUBRULE2(this.bracketed) },
    ]);
  });

  /** Brackets and what they hold, unread: `[]` is a literal, everything else is not. */
  readonly bracketed = this.RULE("bracketed", () => {
    this.OR([
      { ALT: () => this.CONSUME(leftBracket) },
      { ALT: () => this.CONSUME(leftBrace) },
      { ALT: () => this.CONSUME(leftParen) },
    ]);
    this.ACTION(() => {
      this.#strayDepth = 1;
    });
    this.MANY({
      GATE: () => this.#strayDepth > 0 && this.#strayGoesOn(),
      DEF: () => this.SUBRULE(this.skipped),
    });
  });

  /** One token that is not understood. */
  readonly skipped = this.RULE("skipped", () => {
    const token = this.CONSUME(anyToken);
    this.ACTION(() => {
      if (openers.has(token.tokenType)) this.#strayDepth += 1;
      if (closers.has(token.tokenType)) this.#strayDepth -= 1;
    });
  });

  /** Top level: `}` and commas are skipped too. */
  readonly strayItem = this.RULE("strayItem", () => {
    this.ACTION(() => {
      this.#strayDepth = 0;
    });
    this.SUBRULE(this.skipped);
    this.MANY({ GATE: () => this.#strayItemGoesOn(), DEF: () => this.SUBRULE2(this.skipped) });
  });

  #strayItemGoesOn(): boolean {
    if (this.#strayDepth < 0) this.#strayDepth = 0;
    if (this.#is(1, EOF)) return false;
    if (this.#strayDepth > 0) return this.#strayGoesOn();
    const startsItem = declarationWords.has(this.LA(1).tokenType) || this.#is(1, atToken);
    if (this.#isDeclaration() || this.#endsStrayItem() || this.#isForeignDeclaration()) return false;
    return !(this.#isOnNewLine(1) && startsItem);
  }

  /** `message Product {` at the left margin: an item that is no declaration. It is reported separately. */
  #isForeignDeclaration(): boolean {
    const isFirst = this.LA(1).startColumn === 1 && this.#isOnNewLine(1);
    return isFirst && this.#isName(1) && this.#isName(2) && this.#is(3, leftBrace);
  }

  /** After a closing brace on its own, the next line starts a new item. */
  #endsStrayItem(): boolean {
    return this.#is(0, rightBrace) && this.#isOnNewLine(1) && this.#isName(1);
  }

  /** Inside a body: up to the next member. */
  readonly strayMember = this.RULE("strayMember", () => {
    this.ACTION(() => {
      this.#strayDepth = 0;
    });
    this.SUBRULE(this.skipped);
    this.MANY({ GATE: () => this.#strayGoesOn(), DEF: () => this.SUBRULE2(this.skipped) });
  });

  // --- members ---

  readonly fieldBody = this.RULE("fieldBody", () => {
    this.CONSUME(leftBrace);
    this.MANY({ GATE: () => !this.#atBodyEnd(), DEF: () => this.SUBRULE(this.fieldMember) });
    this.OPTION(() => this.CONSUME(rightBrace));
  });

  readonly fieldMember = this.RULE("fieldMember", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OPTION({
      GATE: () => !this.#atBodyEnd() && !this.#isSeparator(),
      DEF: () =>
        this.OR({
          IGNORE_AMBIGUITIES: true,
          DEF: [
            { GATE: () => this.#isField(), ALT: () => this.SUBRULE(this.field) },
            { ALT: () => this.SUBRULE(this.strayMember) },
          ],
        }),
    });
    this.MANY2(() => this.SUBRULE(this.separator));
  });

  readonly field = this.RULE("field", () => {
    this.SUBRULE(this.typedName);
    this.OPTION(() => {
      this.CONSUME(equalsToken);
      this.OPTION2({
        GATE: () => !(this.#isOnNewLine(1) && this.#isName(1) && this.#is(2, colonToken)),
        DEF: () => this.SUBRULE(this.literal),
      });
    });
  });

  /** `name: type`, with the slips `pub name: type`, `name?: type`, `name -> type`, `name type`, `name`. */
  readonly typedName = this.RULE("typedName", () => {
    this.MANY({
      GATE: () =>
        this.#isName(2) && (this.#is(3, colonToken) || this.#is(3, questionToken)) && !this.#isOnNewLine(2),
      DEF: () => this.CONSUME(nameToken, { LABEL: "modifier" }),
    });
    this.CONSUME2(nameToken);
    this.OPTION(() => this.CONSUME(questionToken));
    this.OPTION2(() =>
      this.OR([{ ALT: () => this.CONSUME(colonToken) }, { ALT: () => this.CONSUME(arrowToken) }]),
    );
    this.OPTION3({
      GATE: () =>
        (this.#is(0, colonToken) || this.#is(0, arrowToken) || !this.#isOnNewLine(1)) && this.#isTypeStart(),
      DEF: () => this.SUBRULE(this.type),
    });
  });

  readonly variantMember = this.RULE("variantMember", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OPTION({
      GATE: () => !this.#atBodyEnd() && !this.#isSeparator(),
      DEF: () =>
        this.OR({
          IGNORE_AMBIGUITIES: true,
          DEF: [
            { GATE: () => this.#isName(1), ALT: () => this.SUBRULE(this.variant) },
            { ALT: () => this.SUBRULE(this.strayMember) },
          ],
        }),
    });
    this.MANY2(() => this.SUBRULE(this.separator));
  });

  readonly variant = this.RULE("variant", () => {
    this.CONSUME(nameToken);
    this.OPTION(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.tuple) }, { ALT: () => this.SUBRULE(this.fieldBody) }]),
    );
    this.OPTION2(() => this.SUBRULE(this.slipValue));
  });

  /** `: T` or `= 3` after a variant, `= 5` after an argument: the language has neither. */
  readonly slipValue = this.RULE("slipValue", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(equalsToken);
          this.OPTION({ GATE: () => !this.#isOnNewLine(1), DEF: () => this.SUBRULE(this.literal) });
        },
      },
      {
        ALT: () => {
          this.CONSUME(colonToken);
          this.OPTION2({
            GATE: () => !this.#isOnNewLine(1) && this.#isTypeStart(),
            DEF: () => this.SUBRULE(this.type),
          });
        },
      },
    ]);
  });

  readonly methodMember = this.RULE("methodMember", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OPTION({
      GATE: () => !this.#atBodyEnd() && !this.#isSeparator(),
      DEF: () =>
        this.OR({
          IGNORE_AMBIGUITIES: true,
          DEF: [
            { GATE: () => this.#isName(1), ALT: () => this.SUBRULE(this.method) },
            { ALT: () => this.SUBRULE(this.strayMember) },
          ],
        }),
    });
    this.MANY2(() => this.SUBRULE(this.separator));
  });

  readonly method = this.RULE("method", () => {
    this.MANY({
      GATE: () => this.#isName(2) && !this.#isOnNewLine(2),
      DEF: () => this.CONSUME(nameToken, { LABEL: "modifier" }),
    });
    this.CONSUME2(nameToken);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.OPTION2({ GATE: () => this.#is(2, leftParen), DEF: () => this.CONSUME(colonToken) });
    this.OPTION3(() => this.SUBRULE(this.arguments));
    this.MANY2({
      GATE: () => this.#isClause(),
      DEF: () =>
        this.OR([
          { ALT: () => this.SUBRULE(this.throwsClause) },
          { ALT: () => this.SUBRULE(this.returnClause) },
        ]),
    });
    this.OPTION4(() => this.SUBRULE(this.methodBody));
  });

  #isClause(): boolean {
    if (this.#is(1, identifierToken)) return this.LA(1).image === "returns" && !this.#isOnNewLine(1);
    return true;
  }

  readonly arguments = this.RULE("arguments", () => {
    this.CONSUME(leftParen);
    this.MANY({ GATE: () => !this.#atArgumentsEnd(), DEF: () => this.SUBRULE(this.argumentMember) });
    this.OPTION(() => this.CONSUME(rightParen));
  });

  readonly argumentMember = this.RULE("argumentMember", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OPTION({
      GATE: () => !this.#atArgumentsEnd() && !this.#isSeparator(),
      DEF: () =>
        this.OR({
          IGNORE_AMBIGUITIES: true,
          DEF: [
            { GATE: () => this.#isName(1), ALT: () => this.SUBRULE(this.argument) },
            { ALT: () => this.SUBRULE(this.strayMember) },
          ],
        }),
    });
    this.MANY2(() => this.SUBRULE(this.separator));
  });

  readonly argument = this.RULE("argument", () => {
    this.SUBRULE(this.typedName);
    this.OPTION(() => this.SUBRULE(this.slipValue));
  });

  readonly returnClause = this.RULE("returnClause", () => {
    this.OR([
      { ALT: () => this.CONSUME(arrowToken) },
      { ALT: () => this.CONSUME(colonToken) },
      { ALT: () => this.CONSUME(identifierToken) },
    ]);
    this.OPTION({ GATE: () => this.#isTypeStart(), DEF: () => this.SUBRULE(this.type) });
  });

  readonly throwsClause = this.RULE("throwsClause", () => {
    this.CONSUME(throwsToken);
    this.OPTION({ GATE: () => this.#isTypeStart(), DEF: () => this.SUBRULE(this.type) });
  });

  readonly methodBody = this.RULE("methodBody", () => {
    this.CONSUME(leftBrace);
    this.ACTION(() => {
      this.#strayDepth = 1;
    });
    this.MANY({
      GATE: () => this.#strayDepth > 0 && this.#strayGoesOn(),
      DEF: () => this.SUBRULE(this.skipped),
    });
  });

  // --- types ---

  /** A union (`A | B`) is a slip. */
  readonly type = this.RULE("type", () => {
    this.SUBRULE(this.plainType);
    this.MANY(() => {
      this.OR([{ ALT: () => this.CONSUME(barToken) }, { ALT: () => this.CONSUME(ampersandToken) }]);
      this.OPTION({ GATE: () => this.#isTypeStart(), DEF: () => this.SUBRULE2(this.plainType) });
    });
  });

  readonly plainType = this.RULE("plainType", () => {
    this.MANY(() => this.SUBRULE(this.attribute));
    this.MANY2(() => this.CONSUME(ampersandToken));
    this.MANY3({ GATE: () => this.#isPrefix(), DEF: () => this.SUBRULE(this.prefix) });
    this.OPTION({ GATE: () => this.#isTypeStart(), DEF: () => this.SUBRULE(this.primary) });
    this.MANY4(() => this.SUBRULE(this.suffix));
  });

  /** `[]T` and `[3]T`: slips. */
  readonly prefix = this.RULE("prefix", () => {
    this.CONSUME(leftBracket);
    this.OPTION(() => this.CONSUME(numberToken));
    this.CONSUME(rightBracket);
  });

  #isPrefix(): boolean {
    return this.#is(2, rightBracket) || (this.#is(2, numberToken) && this.#is(3, rightBracket));
  }

  readonly primary = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.namedType) },
      { ALT: () => this.SUBRULE(this.tuple) },
      { ALT: () => this.SUBRULE(this.bracketType) },
      { ALT: () => this.SUBRULE(this.inlineStruct) },
      { ALT: () => this.SUBRULE(this.quoted) },
      { ALT: () => this.CONSUME(cutTypeToken) },
      { ALT: () => this.CONSUME(ampersandToken) },
    ]);
  });

  readonly namedType = this.RULE("namedType", () => {
    this.MANY({
      GATE: () => typeModifiers.has(this.LA(1).image) && this.#isName(2) && !this.#isOnNewLine(2),
      DEF: () => this.CONSUME(nameToken, { LABEL: "modifier" }),
    });
    this.CONSUME2(nameToken);
    this.MANY2(() => {
      this.OR([{ ALT: () => this.CONSUME(dotToken) }, { ALT: () => this.CONSUME(doubleColonToken) }]);
      this.OPTION(() => this.CONSUME3(nameToken, { LABEL: "qualified" }));
    });
    this.OPTION2(() => this.SUBRULE(this.typeArguments));
  });

  readonly typeArguments = this.RULE("typeArguments", () => {
    this.CONSUME(leftAngle);
    this.SUBRULE(this.typeList);
    this.OPTION(() => this.CONSUME(rightAngle));
  });

  readonly tuple = this.RULE("tuple", () => {
    this.CONSUME(leftParen);
    this.SUBRULE(this.typeList);
    this.OPTION(() => this.CONSUME(rightParen));
  });

  readonly typeList = this.RULE("typeList", () => {
    this.MANY({
      GATE: () => this.#is(1, commaToken) || this.#isTypeStart(),
      DEF: () =>
        this.OR({
          IGNORE_AMBIGUITIES: true,
          DEF: [{ ALT: () => this.CONSUME(commaToken) }, { ALT: () => this.SUBRULE(this.type) }],
        }),
    });
  });

  readonly suffix = this.RULE("suffix", () => {
    this.OR([
      { ALT: () => this.CONSUME(questionToken) },
      {
        ALT: () => {
          this.CONSUME(leftBracket);
          this.OPTION({
            GATE: () => !this.#isOnNewLine(1),
            DEF: () =>
              this.OR2([{ ALT: () => this.CONSUME(numberToken) }, { ALT: () => this.CONSUME(nameToken) }]),
          });
          this.OPTION2(() => this.CONSUME(rightBracket));
        },
      },
    ]);
  });

  /** `[T]` and `[T; 3]`: slips. */
  readonly bracketType = this.RULE("bracketType", () => {
    this.CONSUME(leftBracket);
    this.OPTION({ GATE: () => this.#isTypeStart(), DEF: () => this.SUBRULE(this.type) });
    this.OPTION2(() => this.CONSUME(semicolonToken));
    this.OPTION3(() => this.CONSUME(numberToken));
    this.OPTION4(() => this.CONSUME(rightBracket));
  });

  readonly inlineStruct = this.RULE("inlineStruct", () => {
    this.CONSUME(leftBrace);
    this.ACTION(() => {
      this.#strayDepth = 1;
    });
    this.MANY({
      GATE: () => this.#strayDepth > 0 && this.#strayGoesOn(),
      DEF: () => this.SUBRULE(this.skipped),
    });
  });
}

export interface ParsedTokens {
  readonly cst: CstNode;
  readonly errors: readonly IRecognitionException[];
}

let shared: VoxParser | undefined;

/**
 * Parses a token vector into the concrete tree of rule `file`. Keeps one parser: building it costs, its state is reset.
 */
export function parseTokens(tokens: readonly IToken[]): ParsedTokens {
  shared ??= new VoxParser(true);
  shared.input = [...tokens];
  const cst = shared.file();
  const errors = [...shared.errors];
  shared.input = [];
  return { cst, errors };
}

/** Builds the parser with chevrotain's own checks of the grammar; throws when the grammar has a fault. */
export function checkGrammar(): void {
  new VoxParser(false);
}
