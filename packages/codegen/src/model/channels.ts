/** Types that hold a channel. A value of such a type belongs to one call and has no bytes of its own. */
import type { Type, TypeDeclaration, VariantForm } from "./model.js";

/** Declarations that have a channel anywhere in their values: of the given ones, and of those that they name. */
export function channelHolders(declarations: Iterable<TypeDeclaration>): ReadonlySet<TypeDeclaration> {
  const known = new Set(declarations);
  const users = new Map<TypeDeclaration, TypeDeclaration[]>();
  const pending: TypeDeclaration[] = [];
  // A set goes on to what is added on the way: chains of any length need no stack.
  for (const declaration of known) {
    const { hasChannel, named } = mentions(declaration);
    if (hasChannel) pending.push(declaration);
    for (const other of named) {
      known.add(other);
      const list = users.get(other);
      if (list === undefined) users.set(other, [declaration]);
      else list.push(declaration);
    }
  }
  const holding = new Set<TypeDeclaration>();
  for (let declaration = pending.pop(); declaration !== undefined; declaration = pending.pop()) {
    if (holding.has(declaration)) continue;
    holding.add(declaration);
    for (const user of users.get(declaration) ?? []) pending.push(user);
  }
  return holding;
}

interface Mentions {
  readonly hasChannel: boolean;
  readonly named: ReadonlySet<TypeDeclaration>;
}

/** The content of a declaration: declarations that it names, and whether it has a `Tx` or `Rx` itself. */
function mentions(declaration: TypeDeclaration): Mentions {
  const named = new Set<TypeDeclaration>();
  let hasChannel = false;
  const visit = (type: Type): void => {
    if (type.kind === "channel") hasChannel = true;
    if (type.kind === "alias" || type.kind === "named") named.add(type.declaration);
    for (const inner of innerTypes(type)) visit(inner);
  };
  membersOf(declaration).forEach(visit);
  return { hasChannel, named };
}

/** Types that a type is written with. The target of an alias is not among them: it belongs to the declaration. */
function innerTypes(type: Type): readonly Type[] {
  return type.kind === "alias" || type.kind === "named" ? type.args : elementTypes(type);
}

/** Types directly inside a type that no declaration names: none of a named type or an alias. */
export function elementTypes(type: Type): readonly Type[] {
  switch (type.kind) {
    case "primitive":
    case "parameter":
    case "alias":
    case "named":
      return [];
    case "option":
    case "list":
    case "array":
    case "set":
    case "channel":
      return [type.element];
    case "tuple":
      return type.elements;
    case "map":
      return [type.key, type.value];
    case "result":
      return [type.ok, type.error];
    case "payload":
      return [type.content];
  }
}

function membersOf(declaration: TypeDeclaration): readonly Type[] {
  switch (declaration.kind) {
    case "alias":
      return [declaration.type];
    case "struct":
      return declaration.fields.map((field) => field.type);
    case "tupleStruct":
      return declaration.elements;
    case "enum":
      return declaration.variants.flatMap(({ form }) => formTypes(form));
  }
}

/** Types of a variant's payload, in order. */
export function formTypes(form: VariantForm): readonly Type[] {
  switch (form.kind) {
    case "unit":
      return [];
    case "newtype":
      return [form.type];
    case "tuple":
      return form.types;
    case "struct":
      return form.fields.map((field) => field.type);
  }
}
