/**
 * Groups of nodes that reach each other (strongly connected components), successors first. With an explicit stack: a
 * chain of ten thousand declarations must not exhaust the call stack.
 */
export function stronglyConnected<Node>(
  nodes: Iterable<Node>,
  successors: (node: Node) => readonly Node[],
): readonly (readonly Node[])[] {
  const index = new Map<Node, number>();
  const low = new Map<Node, number>();
  const open: Node[] = [];
  const isOpen = new Set<Node>();
  const groups: Node[][] = [];
  const path: { node: Node; next: readonly Node[]; at: number }[] = [];
  const enter = (node: Node): void => {
    low.set(node, index.size);
    index.set(node, index.size);
    open.push(node);
    isOpen.add(node);
    path.push({ node, next: successors(node), at: 0 });
  };
  const lower = (node: Node, to: number): void => {
    low.set(node, Math.min(low.get(node) ?? to, to));
  };
  for (const root of nodes) {
    if (!index.has(root)) enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top;
      const next = top.next[top.at];
      if (top.at < top.next.length && next !== undefined) {
        top.at += 1;
        if (!index.has(next)) enter(next);
        else if (isOpen.has(next)) lower(node, index.get(next) ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.node, low.get(node) ?? 0);
      if (low.get(node) !== index.get(node)) continue;
      const group = open.splice(open.lastIndexOf(node));
      for (const member of group) isOpen.delete(member);
      groups.push(group);
    }
  }
  return groups;
}

/** A shortest way from a node back to itself inside its group; the node is at both ends. */
export function cycleThrough<Node>(
  start: Node,
  group: ReadonlySet<Node>,
  successors: (node: Node) => readonly Node[],
): readonly Node[] {
  const from = new Map<Node, Node>();
  const pending: Node[] = [start];
  for (const node of pending) {
    for (const next of successors(node)) {
      if (next === start) {
        const way: Node[] = [start];
        for (let at: Node | undefined = node; at !== undefined && at !== start; at = from.get(at))
          way.push(at);
        return [start, ...way.slice(1).reverse(), start];
      }
      if (!group.has(next) || from.has(next)) continue;
      from.set(next, node);
      pending.push(next);
    }
  }
  return [];
}
