/** The shop behind the service: plain TypeScript on the generated types, no RPC in sight. */
import type {
  Availability,
  Order,
  OrderError,
  OrderLine,
  Product,
  SortBy,
  StockChange,
} from "./gen/catalog.vox.js";
import type { Money, Page } from "./gen/common.vox.js";

const euro = (cents: bigint): Money => ({ cents, currency: "EUR" });

export type Placed = { readonly order: Order } | { readonly refused: OrderError };

export class Store {
  readonly #products = new Map<bigint, Product>();
  #nextProduct = 1n;
  #nextOrder = 1001n;
  readonly #watchers = new Set<(change: StockChange) => void>();

  constructor() {
    this.add("Claw hammer", euro(1490n), ["tools", "steel"], { kind: "InStock", value: 12 });
    this.add("Wood glue, 500 g", euro(790n), ["glue", "wood"], { kind: "InStock", value: 3 });
    this.add("Spirit level, 60 cm", euro(2350n), ["tools"], { kind: "Backorder", days: 5 });
    this.add("Cast-iron vice", euro(8900n), ["tools", "steel"], { kind: "Discontinued" });
  }

  add(name: string, price: Money, tags: readonly string[], availability: Availability): bigint {
    const id = this.#nextProduct++;
    this.#products.set(id, { id, name, price, tags: [...tags], availability, attributes: new Map() });
    return id;
  }

  get(id: bigint): Product | undefined {
    return this.#products.get(id);
  }

  search(query: string, sort: SortBy, cursor: number, limit: number): Page<Product> {
    const wanted = query.toLowerCase();
    const found = [...this.#products.values()]
      .filter((product) =>
        [product.name, ...product.tags].some((text) => text.toLowerCase().includes(wanted)),
      )
      .sort(orderings[sort]);
    const items = found.slice(cursor, cursor + limit);
    const after = cursor + items.length;
    return { items, total: found.length, next: after < found.length ? after : undefined };
  }

  order(lines: readonly OrderLine[]): Placed {
    if (lines.length === 0) return { refused: { kind: "EmptyOrder" } };
    const wanted = new Map<bigint, number>();
    for (const { product, quantity } of lines) wanted.set(product, (wanted.get(product) ?? 0) + quantity);
    let cents = 0n;
    for (const [id, quantity] of wanted) {
      const product = this.#products.get(id);
      if (product === undefined) return { refused: { kind: "UnknownProduct", value: id } };
      const left = unitsOf(product);
      if (left < quantity) return { refused: { kind: "OutOfStock", product: id, left } };
      cents += product.price.cents * BigInt(quantity);
    }
    for (const [id, quantity] of wanted) {
      const product = this.#products.get(id);
      if (product === undefined) continue;
      const left = unitsOf(product) - quantity;
      product.availability = { kind: "InStock", value: left };
      for (const watcher of this.#watchers) watcher({ product: id, left });
    }
    return { order: { id: this.#nextOrder++, lines: [...lines], total: euro(cents) } };
  }

  /** Calls back with every change of stock. Returns what ends it. */
  watchStock(onChange: (change: StockChange) => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  stockByTag(): Map<string, number> {
    const stock = new Map<string, number>();
    for (const product of this.#products.values()) {
      for (const tag of product.tags) stock.set(tag, (stock.get(tag) ?? 0) + unitsOf(product));
    }
    return stock;
  }

  units(): number {
    let units = 0;
    for (const product of this.#products.values()) units += unitsOf(product);
    return units;
  }
}

function unitsOf(product: Product): number {
  return product.availability.kind === "InStock" ? product.availability.value : 0;
}

const orderings: Record<SortBy, (a: Product, b: Product) => number> = {
  Name: (a, b) => a.name.localeCompare(b.name, "en"),
  Price: (a, b) => Number(a.price.cents - b.price.cents),
  Stock: (a, b) => unitsOf(b) - unitsOf(a),
};
