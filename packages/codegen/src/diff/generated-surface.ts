/** The exports of a generated file, for the code that imports it: the structures, not their text. */

import { FileNames, type ServiceNames } from "../emit/typescript/names.js";
import { signatureOf } from "../emit/typescript/signature.js";
import { isOptional, type TypeScope, tupleStructText, typeText } from "../emit/typescript/types.js";
import { isLiteralEnum } from "../emit/typescript/value-type.js";
import type {
  Field,
  Method,
  ModelFile,
  Service,
  Type,
  TypeDeclaration,
  Variant,
  VariantForm,
} from "../model/model.js";
import { fieldName } from "../model/names.js";
import { mapElements } from "../model/parts.js";
import { formTypes } from "../schema/index.js";
import { kebab } from "../schema/kebab.js";

/** A member of an interface, class or union. */
export interface Member {
  /** Its type as TypeScript compares types: aliases written out, parameters without names. */
  readonly type: string;
  /** As the generated code declares it. */
  readonly text: string;
  /** Code that makes a value may leave it out. */
  readonly isOptional: boolean;
}

/** An export of a generated file. */
export interface Surface {
  readonly kind: "interface" | "type" | "class" | "const";
  /** Number of type parameters. */
  readonly arity: number;
  readonly members: ReadonlyMap<string, Member>;
  /** Type of an export without members. */
  readonly type: string;
  /** The declaration that the export is generated from. */
  readonly owner: TypeDeclaration | Service;
  /** A client, handler, codec, dispatcher or constant: it comes and goes with its owner. */
  readonly isDerived: boolean;
  /** Methods that an application implements. */
  readonly isHandler: boolean;
  /** The method whose constant it is. */
  readonly constantOf?: string;
}

/** Exports of a generated file by name; the entry of a type includes the constant of the same name. */
export function surfacesOf(file: ModelFile): ReadonlyMap<string, Surface> {
  const names = new FileNames(file);
  const found = new Map<string, Surface>();
  for (const declaration of file.types) {
    found.set(declaration.name, typeSurface(declaration));
    const codec = names.types.get(declaration)?.codec;
    if (codec !== undefined)
      found.set(codec, derived("const", declaration, `the codec of ${declaration.name}`));
  }
  for (const service of file.services) addService(service, names.services.get(service), found);
  return found;
}

/** Names as other files see them: the local names of imported types do not count. */
const asDeclared: TypeScope = { typeName: ({ name }) => name, platform: (name) => name };

const noMembers: ReadonlyMap<string, Member> = new Map();

function derived(kind: Surface["kind"], owner: Surface["owner"], type: string): Surface {
  return { kind, arity: 0, members: noMembers, type, owner, isDerived: true, isHandler: false };
}

function addService(service: Service, names: ServiceNames | undefined, found: Map<string, Surface>): void {
  if (names === undefined) return;
  const methods = [...names.methods];
  const call = (form: Form): ReadonlyMap<string, Member> =>
    new Map(methods.map(([method, { member }]) => [member, callMember(method, member, form)]));
  found.set(service.name, { ...derived("const", service, "a service"), isDerived: false });
  found.set(names.client, { ...derived("class", service, ""), members: call("client") });
  found.set(names.tryClient, { ...derived("class", service, ""), members: call("tryClient") });
  found.set(names.handler, {
    ...derived("interface", service, ""),
    members: call("handler"),
    isHandler: true,
  });
  found.set(names.dispatcher, derived("const", service, `the dispatcher of ${service.name}`));
  for (const [method, { constant }] of methods)
    found.set(constant, { ...derived("const", service, ""), ...constantOf(service, method) });
}

/** A client has the signature of a method; the constant identifies the method. */
function constantOf(service: Service, method: Method): Pick<Surface, "type" | "constantOf"> {
  const title = `${kebab(service.name)}.${kebab(method.name)}`;
  return { type: `the method ${title}`, constantOf: title };
}

type Form = "client" | "tryClient" | "handler";

function callMember(method: Method, member: string, form: Form): Member {
  const written: Method = {
    ...method,
    args: method.args.map((argument) => ({ ...argument, type: writtenOut(argument.type) })),
    returns: writtenOut(method.returns),
    throws: method.throws === undefined ? undefined : writtenOut(method.throws),
  };
  const { parameters, returns, returnsUnit, throws } = signatureOf(written, asDeclared);
  const value = returnsUnit ? "void" : returns;
  const result =
    form === "client"
      ? `Promise<${value}>`
      : form === "tryClient"
        ? `Promise<$.Result<${returns}, $.CallRejection<${throws}>>>`
        : `$.Awaitable<${value}${throws === "never" ? "" : ` | $.Failure<${throws}>`}>`;
  const last = form === "handler" ? "context: $.CallContext" : "options?: $.CallOptions";
  const list = [...parameters.map(({ name, type }) => `${name}: ${type}`), last].join(", ");
  return {
    // A call may leave trailing options out in neither form: positions and types are what counts.
    type: `(${parameters.map(({ type }) => type).join(", ")}) => ${result}`,
    text: `${member}(${list}): ${result}`,
    isOptional: false,
  };
}

function typeSurface(declaration: TypeDeclaration): Surface {
  const named = withPositions(declaration);
  const common = {
    arity: declaration.parameters.length,
    owner: declaration,
    isDerived: false,
    isHandler: false,
  };
  switch (named.kind) {
    case "alias":
      return { ...common, kind: "type", members: noMembers, type: typeText(named.type, asDeclared) };
    case "tupleStruct":
      return { ...common, kind: "type", members: noMembers, type: tupleStructText(named, asDeclared) };
    case "struct": {
      if (named.fields.length === 0)
        return { ...common, kind: "type", members: noMembers, type: "Record<string, never>" };
      const members = new Map(named.fields.map((field) => [fieldName(field), fieldMember(field)]));
      return { ...common, kind: "interface", members, type: "" };
    }
    case "enum": {
      const isLiteral = isLiteralEnum(named);
      const members = new Map(
        named.variants.map((variant) => [variant.name, variantMember(variant, isLiteral)]),
      );
      return { ...common, kind: "type", members, type: "" };
    }
  }
}

function fieldMember(field: Field): Member {
  const optional = isOptional(field.type);
  const text = `${fieldName(field)}${optional ? "?" : ""}: ${typeText(field.type, asDeclared)}`;
  return { type: text, text, isOptional: optional };
}

function variantMember({ name, form }: Variant, isLiteral: boolean): Member {
  const literal = JSON.stringify(name);
  const members =
    form.kind === "struct"
      ? form.fields.map((field) => fieldMember(field).text)
      : form.kind === "tuple"
        ? [`value: [${form.types.map((type) => typeText(type, asDeclared)).join(", ")}]`]
        : formTypes(form).map((type) => `value: ${typeText(type, asDeclared)}`);
  const text = isLiteral ? literal : `{ ${[`kind: ${literal}`, ...members].join("; ")} }`;
  // TypeScript compares members by name, so their order does not count.
  const type = isLiteral ? literal : `{ ${[`kind: ${literal}`, ...[...members].sort()].join("; ")} }`;
  return { type, text, isOptional: false };
}

/** A declaration with its aliases written out and its parameters named by their position. */
function withPositions<Declaration extends TypeDeclaration>(declaration: Declaration): Declaration {
  const positions = new Map(declaration.parameters.map((name, at) => [name, `T${at + 1}`]));
  const write = (type: Type): Type => writtenOut(type, positions);
  const writeFields = (fields: readonly Field[]): readonly Field[] =>
    fields.map((field) => ({ ...field, type: write(field.type) }));
  const writeForm = (form: VariantForm): VariantForm => {
    switch (form.kind) {
      case "unit":
        return form;
      case "newtype":
        return { kind: "newtype", type: write(form.type) };
      case "tuple":
        return { kind: "tuple", types: form.types.map(write) };
      case "struct":
        return { kind: "struct", fields: writeFields(form.fields) };
    }
  };
  switch (declaration.kind) {
    case "alias":
      return { ...declaration, type: write(declaration.type) };
    case "struct":
      return { ...declaration, fields: writeFields(declaration.fields) };
    case "tupleStruct":
      return { ...declaration, elements: declaration.elements.map(write) };
    case "enum":
      return {
        ...declaration,
        variants: declaration.variants.map((variant) => ({ ...variant, form: writeForm(variant.form) })),
      };
  }
}

const noPositions: ReadonlyMap<string, string> = new Map();

/** A type as TypeScript sees it, with aliases replaced by their targets. */
function writtenOut(type: Type, positions: ReadonlyMap<string, string> = noPositions): Type {
  const write = (inner: Type): Type => writtenOut(inner, positions);
  switch (type.kind) {
    case "alias":
      return write(type.target);
    case "payload":
      return write(type.content);
    case "parameter":
      return { kind: "parameter", name: positions.get(type.name) ?? type.name };
    case "named":
      return { ...type, args: type.args.map(write) };
    default:
      return mapElements(type, write);
  }
}
