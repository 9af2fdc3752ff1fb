/** What a peer can do with schemas: bombs, knots and gaps, announced over a session and then called by. */
import {
  encodeCbor,
  encodeSchema,
  planLimits,
  type Schema,
  type SchemaKind,
  type TypeRef,
  writeSchemaPayload,
} from "@voxrpc/runtime/internal/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { announced, frame } from "../support/frames.js";
import { add, serveGolden, translate } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import {
  callerOf,
  client,
  endVictims,
  expectAlive,
  expectEnded,
  held,
  say,
  server,
} from "../support/victim.js";

endVictims();

const golden = serveGolden({ add: (a, b) => a + b, translate: (point) => point });

const variable: TypeRef = { tag: "var", name: "T" };
const ref = (typeId: bigint, ...args: readonly TypeRef[]): TypeRef => ({ tag: "concrete", typeId, args });
const field = (name: string, typeRef: TypeRef) => ({ name, typeRef, required: true });

/** Schemas that are put together by hand. */
class Schemas {
  readonly all: Schema[] = [];

  add(
    kind: SchemaKind,
    typeParams: readonly string[] = [],
    id: bigint = BigInt(this.all.length + 1),
  ): TypeRef {
    this.all.push({ id, typeParams, kind });
    return ref(id);
  }

  struct(
    name: string,
    fields: Readonly<Record<string, TypeRef>>,
    params: readonly string[] = [],
    id?: bigint,
  ) {
    const kind: SchemaKind = {
      tag: "struct",
      name,
      fields: Object.entries(fields).map(([key, type]) => field(key, type)),
    };
    return this.add(kind, params, id);
  }

  primitive(primitiveType: "u8" | "i32"): TypeRef {
    return this.add({ tag: "primitive", primitiveType });
  }

  /** The arguments of `translate`, whose points have one member more. */
  translating(more: TypeRef): Uint8Array {
    const i32 = this.primitive("i32");
    const point = this.struct("Point", { x: i32, y: i32, more });
    return this.payload(this.add({ tag: "tuple", elements: [point, point] }));
  }

  payload(root: TypeRef): Uint8Array {
    return writeSchemaPayload({ schemas: this.all, root });
  }
}

function payloadOf(make: (schemas: Schemas) => TypeRef): Uint8Array {
  const schemas = new Schemas();
  return schemas.translating(make(schemas));
}

const nested = (levels: number): Uint8Array => new Uint8Array(levels).fill(0x81);
const bytes = (...of: readonly number[]): Uint8Array => Uint8Array.from(of);

/** A type that grows without end, and has `width` other types at each level. */
function growing(schemas: Schemas, width: number): TypeRef {
  const lists = Array.from({ length: width }, (_, index) => [
    `f${index}`,
    { ...schemas.add({ tag: "list", element: variable }, ["T"]), args: [variable] } as TypeRef,
  ]);
  const wide = schemas.struct("Wide", Object.fromEntries(lists), ["T"]);
  const id = BigInt(schemas.all.length + 1);
  const more = {
    ...schemas.add({ tag: "list", element: variable }, ["T"], id + 1n),
    args: [variable],
  } as TypeRef;
  const members = { here: { ...wide, args: [variable] } as TypeRef, more: ref(id, more) };
  schemas.struct("Growing", members, ["T"], id);
  return ref(id, schemas.primitive("u8"));
}

describe("announcements that are none", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", bytes(), /invalid schema CBOR: unexpected end/],
    ["another value", encodeCbor(7), /invalid schema CBOR/],
    ["a map without schemas", bytes(0xa0), /invalid schema CBOR/],
    ["2^32 entries", bytes(0xba, 0xff, 0xff, 0xff, 0xff), /unexpected end/],
    ["a text of 2^64 bytes", bytes(0x7b, 255, 255, 255, 255, 255, 255, 255, 255), /unexpected end/],
    ["129 levels", bytes(...nested(129), 0), /nested deeper than 128/],
    ["a million levels", nested(1_000_000), /nested deeper than 128/],
    [
      "65,537 empty lists",
      encodeCbor(Array.from({ length: 65_537 }, () => [])),
      /more than 65536 arrays and maps/,
    ],
    ["more than a megabyte", encodeCbor("x".repeat(1 << 20)), /exceed the limit of 1048576/],
    ["bytes behind the end", bytes(...new Schemas().payload(ref(1n)), 0), /1 more bytes/],
    ["an endless list", bytes(0x9f, 0xff), /unsupported additional info/],
  ])("%s: the connection ends and says why", async (_, payload, text) => {
    const victim = await server(golden);
    victim.peer.send(frame.schemas(translate.method, payload));
    await expectEnded(victim, text);
  });

  it("of a virtual connection end that connection only", async () => {
    const victim = await server(golden);
    await say(victim, [frame.open(1), frame.schemas(translate.method, nested(200), 1)]);
    expect(victim.peer.take().at(-1)).toBe(toHex(frame.closeConnection(1)));
    await expectAlive(victim);
  });
});

describe("types", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["that nobody has announced", payloadOf(() => ref(4711n)), /4711/],
    ["whose root is a variable", new Schemas().payload(variable), /root type ref/],
    ["whose root nobody has announced", new Schemas().payload(ref(4711n)), /root type ref.*4711/],
    [
      "of a variable that there is not",
      payloadOf((schemas) => schemas.add({ tag: "list", element: { tag: "var", name: "U" } })),
      /translation plan failed/,
    ],
    ["that grow without end", payloadOf((schemas) => growing(schemas, 0)), /nested deeper than 128/],
    ["that are wide and grow", payloadOf((schemas) => growing(schemas, 600)), /more than 65536/],
    [
      "of many members",
      payloadOf((schemas) => {
        const byte = schemas.primitive("u8");
        const wide = Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`f${index}`, byte]));
        const one = schemas.struct("Wide", wide, ["T"]);
        const lists = Array.from({ length: 9 }, () => schemas.add({ tag: "list", element: variable }, ["T"]));
        const uses = lists.map((list) => ({ ...one, args: [{ ...list, args: [byte] }] }) as TypeRef);
        return schemas.add({ tag: "tuple", elements: uses });
      }),
      /more than 65536/,
    ],
  ])("%s: the call is answered with InvalidPayload, and the session goes on", async (_, payload, text) => {
    const victim = await server(golden);
    await say(victim, [...announced(add.method), frame.schemas(translate.method, payload)]);
    await say(victim, [frame.call(1, translate.method, [2, 4, 1, 1]), frame.call(3, add.method, [20, 22])]);
    // The call that can be read overtakes the other one while the code is loaded that compares types.
    const [problem, sum] = victim.peer
      .take()
      .filter((text) => text.startsWith("0005"))
      .sort();
    expect(invalid(problem)).toMatch(text);
    expect(sum).toBe(toHex(frame.response(3, [0, 42])));
    await expectAlive(victim);
  });

  it.each<[string, Uint8Array, readonly number[]]>([
    [
      "that contain themselves",
      payloadOf((schemas) => {
        const id = BigInt(schemas.all.length + 1);
        return schemas.struct("Endless", { again: ref(id) }, [], id);
      }),
      [],
    ],
    [
      "that are lists of themselves",
      payloadOf((schemas) => {
        const id = BigInt(schemas.all.length + 1);
        return schemas.add({ tag: "list", element: ref(id) }, [], id);
      }),
      new Array(5000).fill(1),
    ],
  ])("%s are skipped no deeper than there are levels", async (_, payload, value) => {
    const victim = await server(golden);
    await say(victim, [
      frame.schemas(translate.method, payload),
      frame.call(1, translate.method, [2, 4, ...value]),
    ]);
    expect(invalid(victim.peer.take().at(-1))).toMatch(/nested deeper than|unexpected EOF/);
    await expectAlive(victim);
  });

  it("that are arrays of 2^64 nothings cost no time", async () => {
    const payload = payloadOf((schemas) => {
      const empty = schemas.struct("Empty", {});
      const array = (element: TypeRef) => schemas.add({ tag: "array", element, length: 2n ** 64n - 1n });
      return array(array(array(empty)));
    });
    const victim = await server(golden);
    await say(victim, [
      frame.schemas(translate.method, payload),
      frame.call(1, translate.method, [2, 4, 6, 8]),
    ]);
    expect(victim.peer.take().at(-1)).toMatch(/^00050101/);
    await expectAlive(victim);
  });

  it("announced again and again are compared for as long as the connection may cost, then no more", async () => {
    const victim = await server(golden);
    const schemas = new Schemas();
    const bomb = schemas.translating(growing(schemas, 600));
    const root = schemas.all.at(-1)?.id ?? 0n;
    await say(victim, [...announced(add.method), frame.schemas(translate.method, bomb)]);
    const again = new Schemas().payload(ref(root));
    const texts: string[] = [];
    for (let id = 1; id < 400; id += 2) {
      await say(victim, [frame.schemas(translate.method, again), frame.call(id, translate.method, [2])]);
      texts.push(invalid(victim.peer.take().at(-1)));
    }
    const compared = texts.filter((text) => text.includes(`more than ${planLimits.maxNodes}`));
    expect(compared.length).toBeGreaterThan(0);
    expect(compared.length).toBeLessThanOrEqual(16);
    expect(texts.slice(compared.length).every((text) => text.includes("too long to compare"))).toBe(true);
    // Values that need no comparison are read as before.
    await say(victim, [frame.call(401, add.method, [20, 22])]);
    expect(victim.peer.take().at(-1)).toMatch(/^0005[0-9a-f]{4}0100020000000{2}2a00$/);
  });

  it("that bring channels in members which we skip end as many as there may be", async () => {
    const payload = payloadOf((schemas) => {
      const channel = schemas.add({ tag: "channel", direction: "tx", element: schemas.primitive("u8") });
      return schemas.add({ tag: "list", element: channel });
    });
    const victim = await server(golden, { limits: { maxChannels: 1000 } });
    const count = 100_000;
    const ids = Array.from({ length: count }, (_, index) => varint(2 * index + 1)).flat();
    await say(victim, [
      frame.schemas(translate.method, payload),
      frame.call(1, translate.method, [2, 4, ...varint(count), ...ids, 6, 8, 0]),
    ]);
    const said = victim.peer.take();
    expect(said.filter((text) => text.startsWith(toHex(frame.close(1)).slice(0, 4)))).toHaveLength(1000);
    expect(said.at(-1)).toMatch(/^00050101/);
    expect(held(victim.session).channels).toBe(0);
    await expectAlive(victim);
  });

  it("that bring such channels cost the session of a peer that does not read their ends", async () => {
    const payload = payloadOf((schemas) => {
      const channel = schemas.add({ tag: "channel", direction: "rx", element: schemas.primitive("u8") });
      return schemas.add({ tag: "list", element: channel });
    });
    const victim = await server(golden, { limits: { maxBufferedBytes: 1000 } });
    const count = 30_000;
    const ids = Array.from({ length: count }, (_, index) => varint(2 * index + 1)).flat();
    await say(victim, [frame.schemas(translate.method, payload)]);
    victim.link.pause();
    await say(victim, [frame.call(1, translate.method, [2, 4, ...varint(count), ...ids, 6, 8, 0])]);
    await expectEnded(victim, /does not read the answers/);
  });
});

describe("the number of announcements", () => {
  it("is bounded in methods, which need no service", async () => {
    const victim = await server(golden);
    const root = new Schemas().payload(ref(1n));
    function* many(): Generator<Uint8Array> {
      for (let id = 1n; id < 5000n; id++) yield frame.schemas({ ...add.method, id }, root);
    }
    await say(victim, many());
    await expectEnded(victim, /more than 4096 methods with schemas/);
  });

  it("is bounded in schemas", async () => {
    const victim = await server(golden);
    const schemas = new Schemas();
    for (let index = 0; index < 5000; index++) schemas.primitive("u8");
    victim.peer.send(frame.schemas(add.method, schemas.payload(ref(1n))));
    await expectEnded(victim, /5000 schemas exceed the limit of 4096/);
  });

  it("is bounded in bytes of a connection", async () => {
    const victim = await server(golden, { limits: { maxSchemaBytes: 10_000 } });
    await say(victim, large(10, 9000, 0));
    await expectEnded(victim, /more than 80000 bytes of schemas on one connection/);
  });

  it("is bounded in bytes of a session, whose connections give them back", async () => {
    const victim = await server(golden, { limits: { maxSchemaBytes: 10_000 } });
    // Of eighty connections with a little more than nine tenths of a payload each, seventy have what sixty-four may.
    for (const round of [0, 200]) {
      for (let index = 0; index < 80; index++) {
        const id = round + 2 * index + 1;
        await say(victim, [frame.open(id), ...large(1, 9000, id)]);
      }
      const closed = victim.peer.take().filter((text) => /^[0-9a-f]{2,4}0400$/.test(text));
      expect(held(victim.session).connections).toBe(1 + 70);
      expect(closed).toHaveLength(10);
      await say(
        victim,
        Array.from({ length: 80 }, (_, index) => frame.closeConnection(round + 2 * index + 1)),
      );
      expect(held(victim.session).connections).toBe(1);
    }
    await expectAlive(victim);
  });

  it("cannot bring an id a second time, whatever it says", async () => {
    const victim = await server(golden);
    const schemas = new Schemas();
    schemas.primitive("u8");
    schemas.add({ tag: "primitive", primitiveType: "i32" }, [], 1n);
    victim.peer.send(frame.schemas(add.method, schemas.payload(ref(1n))));
    await expectEnded(victim, /duplicate TypeSchemaId SchemaHash\(1\)/);
  });
});

describe("announcements of a hostile callee", () => {
  it("make calls fail with InvalidPayload, and the session goes on", async () => {
    const victim = await client();
    const made = callerOf(victim).$try.translate({ x: 1, y: 2 }, { x: 3, y: 4 });
    await say(victim, []);
    const schemas = new Schemas();
    const bomb = schemas.payload(growing(schemas, 600));
    await say(victim, [frame.responseSchemas(translate.method, bomb), frame.response(1, [0, 2, 4])]);
    expect(await made).toMatchObject({ ok: false, error: { code: "InvalidPayload" } });
    await expectAlive(victim);
  });
});

describe("announcements that are changed anywhere", () => {
  const honest = payloadOf((schemas) => schemas.add({ tag: "list", element: schemas.primitive("u8") }));

  it("end the connection with a typed reason, or the call is answered", async () => {
    const changes = fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(honest.length), async (changed, length) => {
        const payload = honest.slice();
        for (const [at, value] of changed) payload[at] = value;
        const victim = await server(golden);
        const cut = changed.length === 1 ? payload.subarray(0, length) : payload;
        const call = frame.call(1, translate.method, [2, 4, 1, 9, 6, 8, 0]);
        await say(victim, [frame.schemas(translate.method, cut), call]);
        if (victim.session.isOpen) expect(victim.peer.take().at(-1)).toMatch(/^00050101/);
        else expect((await victim.clock.until(victim.session.closed)).error?.code).toBe("Protocol");
      }),
      { numRuns: 400 },
    );
  });
});

/** Text of a Response that says InvalidPayload. */
function invalid(response: string | undefined): string {
  const at = response?.search(/0102/) ?? -1;
  const text = Buffer.from(response?.slice(at + 4) ?? "", "hex").toString("latin1");
  if (!/^0005/.test(response ?? "") || at < 0) throw new Error(`no InvalidPayload: ${response}`);
  return text;
}

/** Announcements with one schema of about so many bytes each. */
function large(count: number, size: number, connectionId: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const id = BigInt(index + 1);
    const kind: SchemaKind = { tag: "struct", name: "x".repeat(size), fields: [] };
    expect(encodeSchema({ id, typeParams: [], kind }).length).toBeLessThan(size + 100);
    const payload = writeSchemaPayload({ schemas: [{ id, typeParams: [], kind }], root: ref(id) });
    return frame.schemas({ ...add.method, id }, payload, connectionId);
  });
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}
