/** docs/from-reference-code.md: the code of the page runs, on the schema of examples/rust-service. */
import { readFileSync } from "node:fs";
import { emitTypeScript } from "@voxrpc/codegen";
import { DeclaredError, fail } from "@voxrpc/runtime";
import type { Dispatcher } from "@voxrpc/runtime/gen/v1";
import { connectPair } from "@voxrpc/runtime/testing";
import { expect, it } from "vitest";
import { loadGenerated, modelOf } from "../support/generated.js";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/from-reference-code.md");

interface Shop {
  get(id: bigint): Promise<{ note: string | undefined; priceCents: number }>;
  $try: { buy(id: bigint, count: number): Promise<{ ok: boolean; value: unknown; error: unknown }> };
}

const schema = { "/shop.vox": read("examples/rust-service/schemas/shop.vox") };
const generated = loadGenerated(emitTypeScript(modelOf(schema), { baseDirectory: "/" })).get("shop.vox.ts");
const ProductId = generated?.["ProductId"] as (id: bigint) => bigint;
const makeDispatcher = generated?.["shopDispatcher"] as (handler: object) => Dispatcher;

const handler = {
  get: (id: bigint) => ({ id, name: "Hammer", priceCents: 1250, note: undefined }),
  buy: (_id: bigint, count: number) => (count > 3 ? fail({ kind: "SoldOut", left: 3 }) : 2500n),
  watch: () => 0,
};

it("shows code that this file runs", () => {
  const flat = (text: string): string => text.replaceAll(/\s+/g, "");
  const [, code = ""] = /^```ts\n(.*?)^```/ms.exec(page) ?? [];
  const [, body = ""] = /(const result = .*)/s.exec(code) ?? [];
  expect(body).not.toBe("");
  const own = readFileSync(new URL(import.meta.url), "utf8");
  expect(flat(own)).toContain(flat(body));
});

it("says what the page says", async () => {
  await using pair = await connectPair(makeDispatcher(handler));
  const shop = pair.client.client(generated?.["Shop"] as never) as unknown as Shop;
  const said: unknown[] = [];
  const console = { log: (value: unknown) => said.push(value) };

  const result = await shop.$try.buy(ProductId(7n), 10);
  if (result.ok) console.log(result.value);
  else if (result.error instanceof DeclaredError && result.error.value.kind === "SoldOut")
    console.log(result.error.value.left);

  const product = await shop.get(ProductId(7n));
  if (product.note !== undefined) console.log(product.note);
  console.log(product.priceCents);

  expect(said).toEqual([3, 1250]);
});
