/** The members of a class or object that implements a handler. */
import {
  type ClassDeclaration,
  type ClassExpression,
  Node,
  type ParameterDeclaration,
  type TypeNode,
} from "ts-morph";
import type { TargetNode } from "./find-targets.js";

/** Something with parameters and a return type: a method, a function, a function type. */
export interface Signature {
  readonly node: Node;
  /** Without `this`. */
  readonly parameters: readonly ParameterDeclaration[];
  readonly returnType: TypeNode | undefined;
  readonly isAsync: boolean;
}

export interface TargetMember {
  readonly name: string;
  /** Signatures to compare with the schema; empty where the member is another value, such as `get: this.find`. */
  readonly signatures: readonly Signature[];
  /** Overloads cannot be compared one by one. */
  readonly isOverloaded: boolean;
  /** Inherited members are there, and not this class's to change. */
  readonly isInherited: boolean;
}

export interface TargetMembers {
  readonly byName: ReadonlyMap<string, TargetMember>;
  /** A base class or spread object that is declared elsewhere: it may hold methods as well. */
  readonly unseen: string | undefined;
}

export function membersOf(target: TargetNode): TargetMembers {
  const byName = new Map<string, TargetMember>();
  if (!Node.isObjectLiteralExpression(target)) return { byName, unseen: collectClass(target, byName, []) };
  let unseen: string | undefined;
  for (const property of target.getProperties()) {
    if (Node.isSpreadAssignment(property)) {
      unseen ??= property.getExpression().getText();
      continue;
    }
    const name = memberName(property.getNameNode());
    if (name === undefined) continue;
    const value = Node.isPropertyAssignment(property) ? property.getInitializer() : property;
    const signatures =
      Node.isGetAccessorDeclaration(property) || Node.isSetAccessorDeclaration(property)
        ? []
        : signaturesOf(value);
    byName.set(name, { name, signatures, isOverloaded: false, isInherited: false });
  }
  return { byName, unseen };
}

type Class = ClassDeclaration | ClassExpression;

/** @returns the base that cannot be looked into */
function collectClass(
  node: Class,
  byName: Map<string, TargetMember>,
  derived: readonly Class[],
): string | undefined {
  const isInherited = derived.length > 0;
  const add = (name: string | undefined, signatures: readonly Signature[], isOverloaded: boolean): void => {
    if (name !== undefined && !byName.has(name))
      byName.set(name, { name, signatures, isOverloaded, isInherited });
  };
  for (const member of node.getMembers()) {
    if (Node.isMethodDeclaration(member)) {
      if (!member.isStatic()) {
        add(memberName(member.getNameNode()), signaturesOf(member), member.getOverloads().length > 0);
      }
    } else if (Node.isPropertyDeclaration(member)) {
      if (!member.isStatic()) {
        const types = signaturesOf(member.getTypeNode());
        add(memberName(member.getNameNode()), [...types, ...signaturesOf(member.getInitializer())], false);
      }
    } else if (Node.isGetAccessorDeclaration(member)) {
      if (!member.isStatic()) add(memberName(member.getNameNode()), [], false);
    } else if (Node.isConstructorDeclaration(member)) {
      for (const parameter of member.getParameters()) {
        if (parameter.isParameterProperty()) add(parameter.getName(), [], false);
      }
    }
  }
  const base = node.getExtends()?.getExpression();
  if (base === undefined) return undefined;
  const declared = node.getSourceFile().getClass(base.getText());
  const path = [...derived, node];
  return declared === undefined || path.includes(declared)
    ? base.getText()
    : collectClass(declared, byName, path);
}

function memberName(node: Node | undefined): string | undefined {
  if (node === undefined || Node.isPrivateIdentifier(node)) return undefined;
  const inner = Node.isComputedPropertyName(node) ? node.getExpression() : node;
  if (Node.isStringLiteral(inner) || Node.isNoSubstitutionTemplateLiteral(inner))
    return inner.getLiteralText();
  return Node.isIdentifier(node) ? node.getText() : undefined;
}

function signaturesOf(node: Node | undefined): readonly Signature[] {
  if (node === undefined) return [];
  if (
    Node.isParenthesizedExpression(node) ||
    Node.isSatisfiesExpression(node) ||
    Node.isParenthesizedTypeNode(node)
  ) {
    return signaturesOf(Node.isParenthesizedTypeNode(node) ? node.getTypeNode() : node.getExpression());
  }
  const isFunction =
    Node.isMethodDeclaration(node) || Node.isArrowFunction(node) || Node.isFunctionExpression(node);
  if (!isFunction && !Node.isFunctionTypeNode(node)) return [];
  return [
    {
      node,
      parameters: node.getParameters().filter((parameter) => parameter.getName() !== "this"),
      returnType: node.getReturnTypeNode(),
      isAsync: isFunction && node.isAsync(),
    },
  ];
}
