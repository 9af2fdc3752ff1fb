/**
 * The rules of `npm run prose`. Each has a text that it must find and one that it must not: tests/docs/prose.test.ts
 * runs both, and fails for a rule without them.
 */

/** Longest sentence of a page, in words. A span of code counts as one. */
export const maxWords = 45;

/** What runs, as opposed to who reads: its verbs are those of the field. */
const machine = [
  "peers?|clients?|servers?|callers?|handlers?|links?|sessions?|drivers?|connections?|stores?|observers?|runtime",
  "commands?|compilers?|programs?|sockets?|sides?|transports?|acceptors?|routers?|dispatchers?|receivers?|senders?",
  "process(?:es)?|core|registry|outbox|browsers?|timers?|library|libraries|middleware|proxy|proxies|emitters?|parser|vox-gen",
].join("|");
const between =
  "(?: (?:does not|do not|did not|cannot|can|has|have|had|never|also|already|then|itself|only|must|may))?";
const ofPeople = "asks?|asked|tells?|wants?|wanted|knows?|knew|hears?|heard|thinks?|believes?|wishes|minds?";

/** A verb that ends the clause after `What` or `Who`, so that the clause is a subject. */
const verb =
  "(?:(?:is|are|has|have|can|cannot|may|must|does)(?: not)?(?: been| be)?|goes|ends|stays|counts|reaches|becomes|needs|remains|comes|fails|throws|waits|belongs|changes|gets|reads|runs|holds)";

/** @type {readonly import("./rules.d.mts").Rule[]} */
export const rules = [
  {
    name: "actor",
    pattern: /\b(?:nobody|somebody|whoever|whomever)\b/i,
    advice: "name the actor: client, server, peer, caller, handler, you",
    found: [
      "Nobody reads it.",
      "If somebody connects",
      "Whoever has the key may resume.",
      "whomever it concerns",
    ],
    fine: ["No client reads it."],
  },
  {
    name: "shall",
    pattern: /\bshall\b/i,
    advice: "use the present tense, `must` or `can`",
    found: ["The name that it shall have."],
    fine: ["The name that it must have.", "a shallow copy"],
  },
  {
    name: "stands",
    pattern: /\b(?:stands?|stood)\b(?! (?:in )?for\b)/i,
    advice: "say what it is or where it is: `is`, `is in`, `is written in`",
    found: ["The entry stands in the router.", "It stood there twice.", "Attributes may stand before it."],
    fine: ["`T` stands for a type.", "The value stands in for the missing one.", "a standalone standard"],
  },
  {
    name: "told",
    pattern: /\b(?:(?:is|are|was|were|be|been) told\b(?! apart)|unless told\b)/i,
    advice: "name who gets to know it: `the client receives …`",
    found: ["The peer is told about the end.", "Both have been told.", "a fresh seed unless told otherwise"],
    fine: ["The two are told apart by their tag."],
  },
  {
    name: "through",
    pattern: /\b(?:is|are|was|were|not) through\b(?! (?:the|a|an|this|its)\b)/i,
    advice: "write `has finished` or `has returned`",
    found: ["The handshake is through.", "it was not through within 5 s"],
    fine: ["The way is through the proxy."],
  },
  {
    name: "anew",
    pattern: /\banew\b/i,
    advice: "write `starts over` or `again`",
    found: ["The count begins anew.", "The file is read anew."],
    fine: ["The count starts over.", "a new file"],
  },
  {
    name: "in words",
    pattern: /\bin words\b/i,
    advice: "write `as text`",
    found: ["where it leads, in words"],
    fine: ["where it leads, as text", "in 32-bit words"],
  },
  {
    name: "none of its type",
    pattern: /\bnone of (?:its|their) type\b/i,
    advice: "write `does not match its type`",
    found: ["a value that is none of its type"],
    fine: ["a value that does not match its type", "none of its fields"],
  },
  {
    name: "in good order",
    pattern: /\bin good order\b/i,
    advice: "write `gracefully`",
    found: ["The session ends in good order."],
    fine: ["The session ends gracefully."],
  },
  {
    name: "without a word",
    pattern: /\bwithout a word\b/i,
    advice: "say which message is missing",
    found: ["The server closed it without a word."],
    fine: ["The server closed it before the handshake."],
  },
  {
    name: "clause as a subject",
    pattern: new RegExp(
      `(?:^|[.!;] )(?:Who(?! (?:is|are|may|can|calls|answers|has)\\b[^.]*\\?) (?!'s)|What(?:ever)? (?=[^?.;:]*\\b${verb}\\b[^?.;:,]*(?<! and| or) ${verb}\\b)[^?.;:]*(?:[.;:]|$))`,
    ),
    advice: "no clause as a subject: `Throw … to …`, `A peer that …`, `Data that …`",
    found: [
      "Who has the key has the session.",
      "It ends. Who throws refuses the call.",
      "What cannot be read ends the call.",
      "It is bounded. What waits is a copy.",
    ],
    fine: [
      "Anyone who holds the key can resume.",
      "What is a session?",
      "What a plan holds.",
      "Whole numbers are sent as they are.",
    ],
  },
  {
    name: "verb of people",
    pattern: new RegExp(`\\b(?:${machine})${between} (?:${ofPeople})\\b`, "i"),
    advice: "a program reports, sends, requests, calls, needs, has, receives, drops",
    found: [
      "The server asks the store.",
      "The client cannot know the end.",
      "vox-gen tells the place",
      "Both sides have heard of it.",
    ],
    fine: ["The server calls the store.", "The user knows the password.", "The known names are listed."],
  },
  {
    name: "acceptor",
    pattern:
      /(?:\b(?:dispatchers?|routers?|handlers?)(?:,|,? or|,? and) (?:an? )?|\b(?:applications?|users?)(?:'s?)? )acceptors?\b|(?<!connection )\bacceptors? (?:still )?(?:decides?|throws?|is called|that throws?)\b/i,
    advice: "write `connection acceptor` for one, `servable` for all that `serve` takes",
    found: [
      "A router or acceptor is passed.",
      "The application's acceptor runs.",
      "An acceptor throws.",
      "The acceptor is called at each attempt.",
    ],
    fine: ["A router or a connection acceptor decides.", "The initiator and the acceptor of a handshake."],
  },
  {
    name: "asked",
    pattern: /\b(?:asked for|(?:is|are|was|were|be|been) asked)\b/i,
    advice: "write `requested` for a thing, `called` for a function",
    found: ["the items that were asked for", "The acceptor is asked at each attempt."],
    fine: ["the requested items", "The router is called at each attempt."],
  },
];

/** @type {typeof import("./rules.d.mts").problemsIn} */
export function problemsIn(text) {
  const found = [];
  for (const { name, pattern, advice } of rules) {
    const match = pattern.exec(text);
    if (match !== null) found.push({ name, index: match.index, excerpt: excerpt(text, match.index), advice });
  }
  return found;
}

/** @type {typeof import("./rules.d.mts").longSentences} */
export function longSentences(text) {
  const found = [];
  for (const sentence of text.split(/(?<=[.!?:;])\s+(?=[A-Z`*[])/)) {
    const words = sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;
    if (words > maxWords)
      found.push({
        name: "long sentence",
        index: 0,
        excerpt: `${sentence.slice(0, 60)}…`,
        advice: `a sentence of ${words} words: at most ${maxWords}`,
      });
  }
  return found;
}

function excerpt(text, at) {
  return text
    .slice(Math.max(0, at - 20), at + 50)
    .replace(/\s+/g, " ")
    .trim();
}
