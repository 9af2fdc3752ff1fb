/** A page in React, in strict mode: one component for each test, which `show` mounts. */

import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import {
  connection,
  queriesOf,
  useCall,
  useClient,
  useConnectionState,
  useStream,
  useSuspenseCall,
} from "@voxrpc/react";
import { DeclaredError } from "@voxrpc/runtime";
import { connect, reconnecting } from "@voxrpc/runtime/web";
import {
  Component,
  createElement,
  type FunctionComponent,
  type ReactNode,
  StrictMode,
  Suspense,
} from "react";
import { type Container, createRoot } from "react-dom/client";
import { Shop } from "../application/gen/shop.vox.js";

const shop = connection(() => connect(Shop, { reconnect: reconnecting({ minDelayMs: 10 }) }));
const catalog = queriesOf(Shop, shop);

/** Shows what a component throws. */
class Boundary extends Component<{ readonly children?: ReactNode }, { readonly error: unknown }> {
  override readonly state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return error instanceof DeclaredError
      ? `failed: ${(error.value as { kind: string }).kind}`
      : String(error);
  }
}

/** The newest item that each run of the stream was given. */
const asked: (string | undefined)[] = [];

// Each view is the text that its test waits for.

function Call(): string {
  const sum = useCall(useClient(shop), "add", [2, 3]);
  return `${sum.status} ${sum.value ?? ""}`;
}

function Unanswered(): string {
  return useCall(useClient(shop), "find", [99n]).status;
}

function Suspended(): string {
  return useSuspenseCall(useClient(shop), "find", [1n]).name;
}

function SharedByArguments(): string {
  const client = useClient(shop);
  return `${useSuspenseCall(client, "find", [2n]).name}, ${useSuspenseCall(client, "find", [2n]).name}`;
}

function Failing(): string {
  return useSuspenseCall(useClient(shop), "find", [404n]).name;
}

function State(): string {
  const state = useConnectionState(shop);
  return state.kind === "open" ? `open ${state.reconnects}` : state.kind;
}

function StateOfClient(): string {
  return useConnectionState(useClient(shop)).kind;
}

function Stream(): string {
  const client = useClient(shop);
  const names = useStream<string>(
    client,
    (items, options, last) => {
      asked.push(last);
      return client.watch(items, options);
    },
    [],
    { maxItems: 2, onAgain: "keep" },
  );
  return `${names.status} ${names.items.join(" ")} of ${names.received}, run ${names.runs}, after ${asked.at(-1)}`;
}

function Query(): string {
  const product = useQuery(catalog.queryOptions("find", [3n]));
  const sum = useMutation(catalog.mutationOptions("add"));
  if (product.isSuccess && sum.isIdle) queueMicrotask(() => sum.mutate([20, 1]));
  return `${product.data?.name} ${sum.data}`;
}

const views: Readonly<Record<string, FunctionComponent>> = {
  Call,
  Unanswered,
  Suspended,
  SharedByArguments,
  Failing,
  State,
  StateOfClient,
  Stream,
  Query,
};

const { document } = globalThis as unknown as {
  readonly document: { getElementById(id: string): Container };
};
const root = createRoot(document.getElementById("root"));
const queries = new QueryClient();

/** Mounts a view, in place of the last one. An unknown name unmounts it. */
function show(name: string): void {
  const view = views[name];
  const body = view === undefined ? "nothing" : createElement(view, { key: name });
  root.render(
    createElement(
      StrictMode,
      null,
      createElement(
        QueryClientProvider,
        { client: queries },
        createElement(Boundary, { key: name }, createElement(Suspense, { fallback: "waiting" }, body)),
      ),
    ),
  );
}

Object.assign(globalThis, { show });
