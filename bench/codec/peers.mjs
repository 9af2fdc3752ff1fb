/**
 * Two libraries beside ours, each used as its documentation recommends for speed: msgpackr with shared structures,
 * protobufjs with a parsed schema. Both carry 64-bit integers as numbers.
 */

const proto = `
syntax = "proto3";
message Point { double x = 1; double y = 2; uint32 id = 3; }
enum Role { Guest = 0; Member = 1; Admin = 2; }
message Address { string street = 1; string city = 2; string zip = 3; string country = 4; }
message User {
  uint64 id = 1; string name = 2; string email = 3; repeated string tags = 4; Address address = 5;
  repeated double scores = 6; bool active = 7; Role role = 8; sint64 created = 9;
}`;

const roles = ["Guest", "Member", "Admin"];

/** The peers that are installed: `{ name, codec(type, value) → { encode, decode, bytes } }`. */
export async function loadPeers() {
  const peers = [];
  const msgpackr = await optional("msgpackr");
  if (msgpackr !== undefined) {
    const packr = new msgpackr.Packr({ structures: [] });
    peers.push({
      name: "msgpackr",
      codec: (_type, value) => {
        const plain = withNumbers(value);
        const bytes = packr.pack(plain).slice();
        return { encode: () => packr.pack(plain), decode: () => packr.unpack(bytes), bytes };
      },
    });
  }
  const protobufjs = await optional("protobufjs");
  if (protobufjs !== undefined) {
    const { root } = protobufjs.default.parse(proto);
    peers.push({
      name: "protobufjs",
      codec: (type, value) => {
        const message = root.lookupType(type);
        const plain = withNumbers(value);
        if (plain.role !== undefined) plain.role = roles.indexOf(plain.role);
        const bytes = message.encode(plain).finish();
        return { encode: () => message.encode(plain).finish(), decode: () => message.decode(bytes), bytes };
      },
    });
  }
  return peers;
}

function withNumbers(value) {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === "bigint" ? Number(member) : member,
    ]),
  );
}

async function optional(name) {
  try {
    return await import(name);
  } catch (error) {
    if (error?.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
