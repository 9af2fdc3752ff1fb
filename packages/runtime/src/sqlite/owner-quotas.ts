/** How much of a file each owner uses. Counted in memory, because counting in the file would read all of it. */

export interface QuotaRow {
  readonly owner: string;
  readonly entries: number;
  readonly bytes: number;
}

export class OwnerQuotas {
  entries = 0;
  bytes = 0;
  readonly #owners = new Map<string, { entries: number; bytes: number }>();

  /** Takes the counts from the file: when it is opened, and when a step was undone. */
  load(rows: readonly QuotaRow[]): void {
    this.#owners.clear();
    this.entries = 0;
    this.bytes = 0;
    for (const { owner, entries, bytes } of rows) this.add(owner, entries, bytes);
  }

  /** @param entries negative for entries that are gone, and so are `bytes` */
  add(owner: string, entries: number, bytes: number): void {
    const share = this.#owners.get(owner) ?? { entries: 0, bytes: 0 };
    share.entries += entries;
    share.bytes += bytes;
    this.entries += entries;
    this.bytes += bytes;
    if (share.entries > 0) this.#owners.set(owner, share);
    else this.#owners.delete(owner);
  }

  /** The owner with the largest share. @param without owners whose entries may not be forgotten */
  largest(maxEntries: number, maxBytes: number, without: ReadonlySet<string>): string | undefined {
    let found: string | undefined;
    let largest = 0;
    for (const [owner, { entries, bytes }] of this.#owners) {
      const share = Math.max(entries / maxEntries, bytes / maxBytes);
      if (share <= largest || without.has(owner)) continue;
      largest = share;
      found = owner;
    }
    return found;
  }
}
