/** What holds a channel: a value of it belongs to one call and has no bytes of its own. */
import type { Type, TypeDeclaration, VariantForm } from "../../model/model.js";

/** Whether a channel stands anywhere in the values of a declaration. */
export function holdsChannel(declaration: TypeDeclaration): boolean {
  return declarationHolds(declaration, new Set());
}

function declarationHolds(declaration: TypeDeclaration, open: Set<TypeDeclaration>): boolean {
  if (open.has(declaration)) return false;
  open.add(declaration);
  return membersOf(declaration).some((type) => typeHolds(type, open));
}

function typeHolds(type: Type, open: Set<TypeDeclaration>): boolean {
  switch (type.kind) {
    case "primitive":
    case "parameter":
      return false;
    case "channel":
      return true;
    case "option":
    case "list":
    case "array":
    case "set":
      return typeHolds(type.element, open);
    case "tuple":
      return type.elements.some((element) => typeHolds(element, open));
    case "map":
      return typeHolds(type.key, open) || typeHolds(type.value, open);
    case "result":
      return typeHolds(type.ok, open) || typeHolds(type.error, open);
    case "alias":
      return typeHolds(type.target, open) || type.args.some((arg) => typeHolds(arg, open));
    case "named":
      return type.args.some((arg) => typeHolds(arg, open)) || declarationHolds(type.declaration, open);
  }
}

function membersOf(declaration: TypeDeclaration): readonly Type[] {
  switch (declaration.kind) {
    case "alias":
      return [declaration.type];
    case "struct":
      return declaration.fields.map((field) => field.type);
    case "enum":
      return declaration.variants.flatMap(({ form }) => formTypes(form));
  }
}

function formTypes(form: VariantForm): readonly Type[] {
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
