/** Finds what implements a handler in the application's file: classes, and objects that are said to be one. */
import {
  type ClassDeclaration,
  type ClassExpression,
  Node,
  type ObjectLiteralExpression,
  type SourceFile,
} from "ts-morph";

/** A class or an object literal that implements the handler. */
export type TargetNode = ClassDeclaration | ClassExpression | ObjectLiteralExpression;

export interface Target {
  readonly node: TargetNode;
  /** Name of the class, or of the variable or property that holds the class or object. */
  readonly name: string | undefined;
}

/** The generated names as the file calls them. */
export interface HandlerNames {
  /** Local names of the handler interface. */
  readonly handlers: ReadonlySet<string>;
  /** Local names of the function that takes a handler. */
  readonly dispatchers: ReadonlySet<string>;
}

/** Every implementation, in the order of the file. */
export function findTargets(source: SourceFile, names: HandlerNames): readonly Target[] {
  const found: Target[] = [];
  source.forEachDescendant((node) => {
    if (Node.isClassDeclaration(node) || Node.isClassExpression(node)) {
      const isHandler = node.getImplements().some((one) => names.handlers.has(one.getExpression().getText()));
      if (isHandler) found.push({ node, name: node.getName() ?? holderName(node) });
    } else if (Node.isObjectLiteralExpression(node) && isHandlerObject(node, names)) {
      found.push({ node, name: holderName(node) });
    }
  });
  return found;
}

function isHandlerObject(object: ObjectLiteralExpression, names: HandlerNames): boolean {
  let node: Node = object;
  for (let parent = node.getParent(); parent !== undefined; parent = node.getParent()) {
    if (Node.isParenthesizedExpression(parent)) {
      node = parent;
      continue;
    }
    if (Node.isSatisfiesExpression(parent) || Node.isAsExpression(parent) || Node.isTypeAssertion(parent)) {
      if (isHandlerType(parent.getTypeNode(), names)) return true;
      node = parent;
      continue;
    }
    return takesHandler(parent, node, names);
  }
  return false;
}

/** Whether `parent` expects a handler at the place of `node`. */
function takesHandler(parent: Node, node: Node, names: HandlerNames): boolean {
  if (Node.isVariableDeclaration(parent) || Node.isPropertyDeclaration(parent)) {
    return isHandlerType(parent.getTypeNode(), names);
  }
  if (Node.isCallExpression(parent)) {
    return parent.getArguments()[0] === node && names.dispatchers.has(parent.getExpression().getText());
  }
  if (Node.isArrowFunction(parent)) return isHandlerType(parent.getReturnTypeNode(), names);
  if (Node.isReturnStatement(parent)) {
    const around = parent.getFirstAncestor(
      (one) =>
        Node.isFunctionDeclaration(one) ||
        Node.isFunctionExpression(one) ||
        Node.isArrowFunction(one) ||
        Node.isMethodDeclaration(one),
    );
    return Node.isReturnTyped(around) && isHandlerType(around.getReturnTypeNode(), names);
  }
  return false;
}

/** The handler itself, or a promise of it. */
function isHandlerType(type: Node | undefined, names: HandlerNames): boolean {
  if (!Node.isTypeReference(type)) return false;
  const name = type.getTypeName().getText();
  if (names.handlers.has(name)) return true;
  return name === "Promise" && type.getTypeArguments().some((arg) => isHandlerType(arg, names));
}

function holderName(node: Node): string | undefined {
  const holder = node.getFirstAncestor(
    (one) =>
      Node.isVariableDeclaration(one) ||
      Node.isPropertyDeclaration(one) ||
      Node.isFunctionDeclaration(one) ||
      Node.isMethodDeclaration(one),
  );
  return holder?.getName();
}
