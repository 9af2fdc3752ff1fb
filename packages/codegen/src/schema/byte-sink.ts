/** Growable bytes for hash inputs: texts with their length, little-endian integers. */
export class ByteSink {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Starts again with nothing in it. */
  clear(): void {
    this.#length = 0;
  }

  /** The bytes written since {@link clear}: a view, valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint): void {
    const at = this.#room(8);
    this.#view.setBigUint64(at, value, true);
  }

  /** Byte length as u32, then UTF-8. */
  text(text: string): void {
    const utf8 = encoder.encode(text);
    this.u32(utf8.length);
    const at = this.#room(utf8.length);
    this.#bytes.set(utf8, at);
  }

  /** Makes room and returns where it starts. Replaces the array and the view when they are too small. */
  #room(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

const encoder = /*@__PURE__*/ new TextEncoder();
