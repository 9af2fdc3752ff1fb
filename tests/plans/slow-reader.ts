/**
 * How a value of one world is read as one of another, or written for it, in the plainest way: by looking at both types,
 * value by value. Nothing here comes from the code under test. Source: `protocol/schemas.md` §6.
 */

import { type Declaration, type Field, type Form, find, type Type, type World } from "../support/worlds.js";
import { defaultOf, isLiteral, isWrapped, type Members } from "./values.js";

/** Thrown for a variant that the reader does not have. */
export class UnknownVariant extends Error {}

/**
 * Reads what `remote` writes as `local`; or, where `isWriting`, says what `remote` must write so that `local` reads it.
 */
export class SlowReader {
  private readonly remote: World;
  private readonly local: World;
  private readonly isWriting: boolean;
  private readonly met = new Set<string>();

  constructor(remote: World, local: World, isWriting = false) {
    this.remote = remote;
    this.local = local;
    this.isWriting = isWriting;
  }

  /** Whether every value can be read, unknown variants apart. */
  canRead(remote: Type = this.remote.root, local: Type = this.local.root): boolean {
    const both = (a: Type, b: Type): boolean => this.canRead(a, b);
    if (isBytes(remote) && isBytes(local)) return true;
    if (sequence(remote) && sequence(local)) return both(elementOf(remote), elementOf(local));
    if (remote.kind === "primitive" && local.kind === "primitive") return remote.name === local.name;
    if (remote.kind === "option" && local.kind === "option") return both(remote.element, local.element);
    if (remote.kind === "array" && local.kind === "array") {
      return remote.length === local.length && both(remote.element, local.element);
    }
    if (remote.kind === "map" && local.kind === "map") {
      return both(remote.key, local.key) && both(remote.value, local.value);
    }
    if (remote.kind === "tuple" && local.kind === "tuple")
      return this.canReadAll(remote.elements, local.elements);
    if (remote.kind === "result" && local.kind === "result") {
      return both(remote.ok, local.ok) && both(remote.error, local.error);
    }
    if (remote.kind !== "named" || local.kind !== "named") return false;
    const key = `${remote.name}:${local.name}`;
    // Met before: whatever is wrong below is found there.
    if (this.met.has(key)) return true;
    this.met.add(key);
    return this.canReadNamed(find(this.remote, remote.name), find(this.local, local.name));
  }

  private canReadAll(remote: readonly Type[], local: readonly Type[]): boolean {
    return remote.length === local.length && remote.every((type, i) => this.canRead(type, local[i]));
  }

  private canReadNamed(remote: Declaration, local: Declaration): boolean {
    if (remote.kind !== local.kind || remote.name !== local.name) return false;
    if (remote.kind === "struct" && local.kind === "struct") {
      // A writer does not know the reader's defaults: it can leave out options alone.
      const mayLack = ({ hasDefault, type }: Field): boolean =>
        this.isWriting ? type.kind === "option" : hasDefault;
      return this.canReadFields(remote.fields, local.fields, mayLack);
    }
    if (remote.kind !== "enum" || local.kind !== "enum") return false;
    return remote.variants.every((variant) => {
      const own = local.variants.find(({ name }) => name === variant.name);
      return own === undefined || this.canReadForm(variant.form, own.form);
    });
  }

  private canReadFields(
    remote: readonly Field[],
    local: readonly Field[],
    mayLack: (field: Field) => boolean,
  ): boolean {
    return local.every((field) => {
      const other = remote.find(({ name }) => name === field.name);
      return other === undefined ? mayLack(field) : this.canRead(other.type, field.type);
    });
  }

  private canReadForm(remote: Form, local: Form): boolean {
    if (remote.kind === "newtype" && local.kind === "newtype") return this.canRead(remote.type, local.type);
    if (remote.kind === "tuple" && local.kind === "tuple") return this.canReadAll(remote.types, local.types);
    if (remote.kind === "struct" && local.kind === "struct") {
      return this.canReadFields(remote.fields, local.fields, (field) => field.type.kind === "option");
    }
    return remote.kind === local.kind;
  }

  /** The reader's value. @throws UnknownVariant */
  read(value: unknown, remote: Type = this.remote.root, local: Type = this.local.root): unknown {
    if (isBytes(remote) && isBytes(local)) return asSequence([...(value as Iterable<number>)], local);
    if (sequence(remote) && sequence(local)) {
      const [from, to] = [elementOf(remote), elementOf(local)];
      return asSequence(
        [...(value as Iterable<unknown>)].map((item) => this.read(item, from, to)),
        local,
      );
    }
    if (remote.kind === "option" && local.kind === "option") {
      if (value === undefined) return undefined;
      const some = isWrapped(remote.element) ? (value as { some: unknown }).some : value;
      const own = this.read(some, remote.element, local.element);
      return isWrapped(local.element) ? { some: own } : own;
    }
    if (remote.kind === "array" && local.kind === "array") {
      return (value as unknown[]).map((item) => this.read(item, remote.element, local.element));
    }
    if (remote.kind === "map" && local.kind === "map") {
      return new Map(
        [...(value as Map<unknown, unknown>)].map(([key, item]) => [
          this.read(key, remote.key, local.key),
          this.read(item, remote.value, local.value),
        ]),
      );
    }
    if (remote.kind === "tuple" && local.kind === "tuple") {
      return remote.elements.map((type, i) => this.read((value as unknown[])[i], type, local.elements[i]));
    }
    if (remote.kind === "result" && local.kind === "result") {
      const result = value as { ok: boolean; value: unknown; error: unknown };
      return result.ok
        ? { ok: true, value: this.read(result.value, remote.ok, local.ok) }
        : { ok: false, error: this.read(result.error, remote.error, local.error) };
    }
    if (remote.kind === "named" && local.kind === "named") {
      return this.readNamed(value, find(this.remote, remote.name), find(this.local, local.name));
    }
    return value;
  }

  private readNamed(value: unknown, remote: Declaration, local: Declaration): unknown {
    if (remote.kind === "struct" && local.kind === "struct") {
      return this.readFields(value as Members, remote.fields, local.fields);
    }
    if (remote.kind !== "enum" || local.kind !== "enum") throw new Error("no plan");
    const members = (isLiteral(remote) ? { kind: value } : value) as Members;
    const { kind } = members;
    const theirs = remote.variants.find(({ name }) => name === kind)?.form;
    const ours = local.variants.find(({ name }) => name === kind)?.form;
    if (ours === undefined || theirs === undefined) throw new UnknownVariant(kind);
    if (isLiteral(local)) return kind;
    if (theirs.kind === "newtype" && ours.kind === "newtype") {
      return { kind, value: this.read(members.value, theirs.type, ours.type) };
    }
    if (theirs.kind === "tuple" && ours.kind === "tuple") {
      const values = members.value as unknown[];
      return { kind, value: theirs.types.map((type, i) => this.read(values[i], type, ours.types[i])) };
    }
    if (theirs.kind === "struct" && ours.kind === "struct") {
      return { kind, ...this.readFields(members, theirs.fields, ours.fields) };
    }
    return { kind };
  }

  private readFields(value: Members, remote: readonly Field[], local: readonly Field[]): Members {
    // What we do not want must be sound all the same, so nothing is checked there.
    return Object.fromEntries(
      local.map((field) => {
        const other = remote.find(({ name }) => name === field.name);
        const own =
          other === undefined ? defaultOf(field.type) : this.read(value[field.name], other.type, field.type);
        return [field.name, own];
      }),
    );
  }
}

function isBytes(type: Type): boolean {
  if (type.kind === "primitive") return type.name === "bytes";
  return sequence(type) && type.element.kind === "primitive" && type.element.name === "u8";
}

function sequence(type: Type): type is Extract<Type, { kind: "list" | "set" | "option" }> {
  return type.kind === "list" || type.kind === "set";
}

function elementOf(type: Extract<Type, { readonly element: Type }>): Type {
  return type.element;
}

function asSequence(items: readonly unknown[], type: Type): unknown {
  if (type.kind === "primitive") return Uint8Array.from(items as number[]);
  return type.kind === "set" ? new Set(items) : items;
}
