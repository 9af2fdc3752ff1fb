import { expect, it } from "vitest";
import { isMessageList, messageListBytes, noSchemas } from "./message-list.js";
import { messageSchemas } from "./message-schemas.js";

it("knows the list of schemas by its length and its checksum", () => {
  const list = messageSchemas();
  expect(list).toHaveLength(messageListBytes);
  expect(isMessageList(list)).toBe(true);
});

it("takes no list with another byte for it, at whatever place", () => {
  for (let at = 0; at < messageListBytes; at++) {
    const other = messageSchemas().slice();
    other[at] = (other[at] as number) ^ (1 << (at % 8));
    if (isMessageList(other)) expect.unreachable(`a list with another byte ${at}`);
  }
  expect(isMessageList(noSchemas)).toBe(false);
});
