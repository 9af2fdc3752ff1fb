/** Stands in for generated code: the functions that the emitter writes for the bench schema, composed by hand. */
import * as $ from "@voxrpc/runtime/gen/v1";

function writePoint(w, p, v) {
  if (p + 21 > w.limit) w.grow(p, 21);
  p = $.writeF64(w, p, v.x);
  p = $.writeF64(w, p, v.y);
  return $.writeU32(w, p, v.id);
}

function readPoint(r) {
  const x = $.readF64(r);
  const y = $.readF64(r);
  const id = $.readU32(r);
  return { x, y, id };
}

function writeStrings(w, p, v) {
  $.expectArray(v);
  if (p + 5 > w.limit) w.grow(p, 5);
  p = $.writeCount(w, p, v.length);
  for (let i = 0; i < v.length; i++) p = $.writeString(w, p, v[i]);
  return p;
}

function readStrings(r) {
  const n = $.readCount(r, 1);
  const v = new Array(n);
  for (let i = 0; i < n; i++) v[i] = $.readString(r);
  return v;
}

function writeAddress(w, p, v) {
  p = $.writeString(w, p, v.street);
  p = $.writeString(w, p, v.city);
  p = $.writeString(w, p, v.zip);
  return $.writeString(w, p, v.country);
}

function readAddress(r) {
  const street = $.readString(r);
  const city = $.readString(r);
  const zip = $.readString(r);
  const country = $.readString(r);
  return { street, city, zip, country };
}

function writeRole(w, p, v) {
  switch (v) {
    case "Guest":
      return $.writeTag(w, p, 0);
    case "Member":
      return $.writeTag(w, p, 1);
    case "Admin":
      return $.writeTag(w, p, 2);
    default:
      return $.badVariant(v, "Role");
  }
}

function readRole(r) {
  const index = $.readTag(r);
  switch (index) {
    case 0:
      return "Guest";
    case 1:
      return "Member";
    case 2:
      return "Admin";
    default:
      return $.unknownVariant(r, index, "Role");
  }
}

function writeUser(w, p, v) {
  if (p + 10 > w.limit) w.grow(p, 10);
  p = $.writeU64(w, p, v.id);
  p = $.writeString(w, p, v.name);
  p = $.writeString(w, p, v.email);
  p = writeStrings(w, p, v.tags);
  p = writeAddress(w, p, v.address);
  p = $.writeF64List(w, p, v.scores);
  if (p + 16 > w.limit) w.grow(p, 16);
  p = $.writeBool(w, p, v.active);
  p = writeRole(w, p, v.role);
  return $.writeI64(w, p, v.created);
}

function readUser(r) {
  const id = $.readU64(r);
  const name = $.readString(r);
  const email = $.readString(r);
  const tags = readStrings(r);
  const address = readAddress(r);
  const scores = $.readF64List(r);
  const active = $.readBool(r);
  const role = readRole(r);
  const created = $.readI64(r);
  return { id, name, email, tags, address, scores, active, role, created };
}

const pointShape = $.structShape("Point", () => [
  $.fieldShape("x", "x", $.f64Shape),
  $.fieldShape("y", "y", $.f64Shape),
  $.fieldShape("id", "id", $.u32Shape),
]);
const addressShape = $.structShape("Address", () =>
  ["street", "city", "zip", "country"].map((name) => $.fieldShape(name, name, $.stringShape)),
);
const roleShape = $.enumShape("Role", true, ["Guest", "Member", "Admin"].map($.unitVariant));
const userShape = $.structShape("User", () => [
  $.fieldShape("id", "id", $.u64Shape),
  $.fieldShape("name", "name", $.stringShape),
  $.fieldShape("email", "email", $.stringShape),
  $.fieldShape("tags", "tags", $.listShape($.stringShape)),
  $.fieldShape("address", "address", addressShape),
  $.fieldShape("scores", "scores", $.listShape($.f64Shape)),
  $.fieldShape("active", "active", $.boolShape),
  $.fieldShape("role", "role", roleShape),
  $.fieldShape("created", "created", $.i64Shape),
]);

export const PointCodec = $.codec(pointShape, writePoint, readPoint);
export const UserCodec = $.codec(userShape, writeUser, readUser);
