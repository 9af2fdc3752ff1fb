/** Syntax trees with resolved names → the model. The model is complete even with errors, so that rules can go on. */

import type { TextFormat } from "@voxrpc/runtime/internal/schema";
import type {
  AliasDeclaration,
  Argument,
  EnumDeclaration,
  Field,
  Method,
  ModelFile,
  Service,
  StructDeclaration,
  TupleStructDeclaration,
  Type,
  TypeDeclaration,
  Variant,
  VariantForm,
} from "../model/model.js";
import { discriminator, fieldName } from "../model/names.js";
import { withoutAliases } from "../model/parts.js";
import type {
  AliasNode,
  ArgumentNode,
  AttributeNode,
  FieldNode,
  MethodNode,
  NameNode,
  ServiceNode,
  TypeDeclarationNode,
  TypeNode,
  VariantNode,
} from "../syntax/ast.js";
import { applyAttributes, deprecation, findAttribute, textFormat, typeScriptName } from "./attributes.js";
import { defaultValue } from "./defaults.js";
import { stronglyConnected } from "./graph.js";
import { isRequired, memberType } from "./policies.js";
import { invalidType, type Linked, type LoadedFile, type Program } from "./program.js";
import { TypeResolver, type TypeScope } from "./types.js";

/** Writable while it is made. */
type Draft<T> = { -readonly [Key in keyof T]: T[Key] };
type DeclarationDraft =
  | Draft<StructDeclaration>
  | Draft<TupleStructDeclaration>
  | Draft<EnumDeclaration>
  | Draft<AliasDeclaration>;

/** Links every file of a program. Reports what is wrong with types as it resolves them. */
export function link(program: Program): Linked {
  return new Linker(program).run();
}

class Linker {
  readonly #program: Program;
  readonly #model = new Map<LoadedFile, Draft<ModelFile>>();
  readonly #declarations = new Map<TypeDeclarationNode, DeclarationDraft>();
  readonly #nodes = new Map<TypeDeclaration, TypeDeclarationNode>();
  readonly #files = new Map<TypeDeclarationNode, LoadedFile>();
  readonly #services = new Map<ServiceNode, Service>();
  readonly #methods = new Map<MethodNode, Method>();
  readonly #fields = new Map<FieldNode, Field>();
  readonly #variants = new Map<VariantNode, Variant>();
  readonly #args = new Map<ArgumentNode, Argument>();
  readonly #resolver: TypeResolver;

  constructor(program: Program) {
    this.#program = program;
    this.#resolver = new TypeResolver(this.#declarations, program.reporter);
  }

  run(): Linked {
    for (const file of this.#program.files) this.#declare(file);
    this.#linkAliases();
    for (const [node, draft] of this.#declarations) this.#fill(node, draft);
    for (const file of this.#program.files) this.#linkServices(file);
    return {
      ...this.#program,
      model: this.#model,
      declarations: this.#declarations,
      nodes: this.#nodes,
      services: this.#services,
      methods: this.#methods,
      fields: this.#fields,
      variants: this.#variants,
      args: this.#args,
      types: this.#resolver.types,
    };
  }

  #declare(loaded: LoadedFile): void {
    const { ast, path } = loaded;
    const targets = loaded.imports.map((edge) => edge.target).filter((target) => target !== undefined);
    const file: Draft<ModelFile> = {
      path,
      text: ast.source.text,
      packageName: ast.package?.name,
      docs: ast.package?.docs ?? [],
      imports: [...new Set(targets)]
        .map((target) => this.#model.get(target))
        .filter((target) => target !== undefined),
      types: [],
      services: [],
    };
    this.#model.set(loaded, file);
    const types: TypeDeclaration[] = [];
    for (const node of ast.declarations) {
      if (node.kind === "service") continue;
      const draft = draftOf(node, file);
      types.push(draft);
      this.#declarations.set(node, draft);
      this.#nodes.set(draft, node);
      this.#files.set(node, loaded);
    }
    file.types = types;
  }

  #scope(node: TypeDeclarationNode): TypeScope | undefined {
    const file = this.#files.get(node);
    return file === undefined
      ? undefined
      : { file, parameters: new Set(node.parameters.map((name) => name.text)) };
  }

  /** Aliases first, each after those that it names; an alias that leads to itself is refused. */
  #linkAliases(): void {
    const aliases = [...this.#declarations.keys()].filter((node): node is AliasNode => node.kind === "alias");
    const successors = new Map(aliases.map((node) => [node, this.#aliasesIn(node)]));
    for (const group of stronglyConnected(aliases, (node) => successors.get(node) ?? [])) {
      const [first] = group;
      if (first === undefined) continue;
      if (group.length > 1 || successors.get(first)?.includes(first) === true) this.#refuseAliases(group);
      for (const node of group) this.#fillAlias(node);
    }
  }

  #refuseAliases(group: readonly AliasNode[]): void {
    const inOrder = [...group].reverse();
    const [first] = inOrder;
    if (first === undefined) return;
    const cycle = [...inOrder, first].map((node) => node.name.text).join(" → ");
    this.#program.reporter.report("VOX3003", first.name.span, { name: first.name.text, cycle });
    for (const node of group) {
      const draft = this.#declarations.get(node);
      if (draft !== undefined) this.#resolver.markInvalid(draft);
    }
  }

  #aliasesIn(node: AliasNode): readonly AliasNode[] {
    const scope = this.#scope(node);
    const found: AliasNode[] = [];
    const visit = (type: TypeNode): void => {
      if (type.kind === "named") {
        const meaning = scope?.parameters.has(type.name.text)
          ? undefined
          : scope?.file.names.get(type.name.text);
        if (meaning?.kind === "type" && meaning.node.kind === "alias") found.push(meaning.node);
        type.args.forEach(visit);
      } else if (type.kind === "tuple") type.elements.forEach(visit);
      else if (type.kind !== "invalid") visit(type.element);
    };
    visit(node.type);
    return found;
  }

  #fillAlias(node: AliasNode): void {
    const draft = this.#declarations.get(node);
    const scope = this.#scope(node);
    if (draft?.kind !== "alias" || scope === undefined) return;
    const type = applyAttributes(this.#resolver.resolve(node.type, scope), node.attributes);
    const isPayload = findAttribute(node.attributes, "payload") !== undefined && type !== invalidType;
    draft.type = isPayload ? { kind: "payload", declaration: draft, content: type } : type;
  }

  #fill(node: TypeDeclarationNode, draft: DeclarationDraft): void {
    const scope = this.#scope(node);
    if (scope === undefined) return;
    if (node.kind === "struct" && draft.kind === "tupleStruct") {
      draft.elements = (node.elements ?? []).map((element) =>
        applyAttributes(this.#resolver.resolve(element, scope), node.attributes),
      );
    } else if (node.kind === "struct" && draft.kind === "struct") {
      draft.fields = node.fields.map((field) => this.#field(field, scope, node.attributes));
    } else if (node.kind === "enum" && draft.kind === "enum") {
      draft.variants = node.variants.map((variant) => this.#variant(variant, scope));
    }
  }

  /** @param outer attributes of the struct or variant around the field: they apply to all of its fields */
  #field(node: FieldNode, scope: TypeScope, outer: readonly AttributeNode[], isOfVariant = false): Field {
    const type = memberType(this.#resolver.resolve(node.type, scope), node, outer, scope.file);
    // The default of an enum may be a variant that is filled later: see `#setDefaults`.
    const isOptional = withoutAliases(type).kind === "option" && !isRequired(node, outer, scope.file);
    const given = typeScriptName(node.attributes);
    const own = fieldName({ name: node.name.text, type });
    const field: Draft<Field> = {
      ...declared(node),
      type,
      // The objects of an enum have a member `kind` already.
      member: given ?? (isOfVariant && own === discriminator ? `${own}_` : undefined),
      default: undefined,
      required: node.default === undefined && !isOptional,
    };
    this.#fields.set(node, field);
    return field;
  }

  #variant(node: VariantNode, scope: TypeScope): Variant {
    const variant: Variant = { ...declared(node), form: this.#form(node, scope) };
    this.#variants.set(node, variant);
    return variant;
  }

  #form({ form }: VariantNode, scope: TypeScope): VariantForm {
    if (form.kind === "unit") return form;
    if (form.kind === "struct")
      return { kind: "struct", fields: form.fields.map((field) => this.#field(field, scope, [], true)) };
    const types = form.types.map((type) => this.#resolver.resolve(type, scope));
    const [only] = types;
    if (only === undefined) return { kind: "unit" };
    return types.length === 1 ? { kind: "newtype", type: only } : { kind: "tuple", types };
  }

  #linkServices(loaded: LoadedFile): void {
    const file = this.#model.get(loaded);
    if (file === undefined) return;
    const scope = { file: loaded, parameters: new Set<string>() };
    const services: Service[] = [];
    for (const node of loaded.ast.declarations) {
      if (node.kind !== "service") continue;
      const methods = node.methods.map((method) => this.#method(method, scope));
      const service: Service = { ...declared(node), file, methods };
      this.#services.set(node, service);
      services.push(service);
    }
    file.services = services;
  }

  #method(node: MethodNode, scope: TypeScope): Method {
    const args = node.args.map((argument) => this.#argument(argument, scope));
    const unit: Type = { kind: "primitive", name: "unit", asNumber: false };
    const method: Method = {
      ...declared(node),
      args,
      returns: node.returns === undefined ? unit : this.#resolver.resolve(node.returns, scope),
      throws: node.throws === undefined ? undefined : this.#resolver.resolve(node.throws, scope),
      idempotent: findAttribute(node.attributes, "idempotent") !== undefined,
      persist: findAttribute(node.attributes, "persist") !== undefined,
      hasChannels: false,
    };
    this.#methods.set(node, method);
    return method;
  }

  #argument(node: ArgumentNode, scope: TypeScope): Argument {
    const type = memberType(this.#resolver.resolve(node.type, scope), node, [], scope.file);
    const argument: Argument = {
      name: node.name.text,
      docs: node.docs,
      format: textFormat(node.attributes),
      type,
      span: node.name.span,
    };
    this.#args.set(node, argument);
    return argument;
  }
}

interface DeclaredNode {
  readonly name: NameNode;
  readonly docs: readonly string[];
  readonly attributes: FieldNode["attributes"];
}

function declared(node: DeclaredNode): {
  name: string;
  docs: readonly string[];
  deprecated: string | undefined;
  format: TextFormat | undefined;
  span: NameNode["span"];
} {
  return {
    name: node.name.text,
    docs: node.docs,
    deprecated: deprecation(node.attributes),
    format: textFormat(node.attributes),
    span: node.name.span,
  };
}

function draftOf(node: TypeDeclarationNode, file: ModelFile): DeclarationDraft {
  const shared = { ...declared(node), file, parameters: node.parameters.map((name) => name.text) };
  if (node.kind === "struct" && node.elements !== undefined) {
    const isTransparent = findAttribute(node.attributes, "transparent") !== undefined;
    return { kind: "tupleStruct", ...shared, elements: [], isTransparent };
  }
  if (node.kind === "struct") return { kind: "struct", ...shared, fields: [] };
  if (node.kind === "enum") return { kind: "enum", ...shared, variants: [], isError: node.isError };
  return { kind: "alias", ...shared, type: invalidType };
}

/** Gives fields their defaults and methods their channel mark: both need every declaration filled. */
export function completeModel(linked: Linked, holdsChannel: (type: Type) => boolean): void {
  for (const [node, field] of linked.fields) {
    if (node.default === undefined) continue;
    (field as Draft<Field>).default = defaultValue(node.default, field.type);
  }
  for (const method of linked.methods.values()) {
    (method as Draft<Method>).hasChannels = method.args.some((argument) => holdsChannel(argument.type));
  }
}

/** Freezes the model of a run that has no errors. */
export function freezeModel(linked: Linked): readonly ModelFile[] {
  const files = linked.files.map((file) => linked.model.get(file)).filter((file) => file !== undefined);
  const pending: object[] = [files];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (Object.isFrozen(value)) continue;
    Object.freeze(value);
    for (const inner of Object.values(value)) {
      if (typeof inner === "object" && inner !== null) pending.push(inner);
    }
  }
  return files;
}
