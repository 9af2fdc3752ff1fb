/** How much of a file each owner has: counted in memory, because the file would have to be read as a whole. */

export interface ShareRow {
  readonly owner: string;
  readonly entries: number;
  readonly bytes: number;
}

export class OwnerShares {
  entries = 0;
  bytes = 0;
  private readonly owners = new Map<string, { entries: number; bytes: number }>();

  /** Takes the counts from the file: at its opening, and when a step was undone. */
  load(rows: readonly ShareRow[]): void {
    this.owners.clear();
    this.entries = 0;
    this.bytes = 0;
    for (const { owner, entries, bytes } of rows) this.add(owner, entries, bytes);
  }

  /** @param entries less than 0 for some that are gone; so are their bytes */
  add(owner: string, entries: number, bytes: number): void {
    const share = this.owners.get(owner) ?? { entries: 0, bytes: 0 };
    share.entries += entries;
    share.bytes += bytes;
    this.entries += entries;
    this.bytes += bytes;
    if (share.entries > 0) this.owners.set(owner, share);
    else this.owners.delete(owner);
  }

  /** The owner with the largest share. @param without those that have nothing that may be forgotten */
  largest(maxEntries: number, maxBytes: number, without: ReadonlySet<string>): string | undefined {
    let found: string | undefined;
    let largest = 0;
    for (const [owner, { entries, bytes }] of this.owners) {
      const share = Math.max(entries / maxEntries, bytes / maxBytes);
      if (share <= largest || without.has(owner)) continue;
      largest = share;
      found = owner;
    }
    return found;
  }
}
