/**
 * The module that bundlers find under `@voxrpc/runtime/node` when they build for a browser. A browser has no TCP
 * sockets, so this module throws an error that says so. It exports the names of `index.ts`, so that the build itself
 * does not fail.
 */
const refused = (): never => {
  throw new Error(
    "@voxrpc/runtime/node runs on Node only: in a browser, import connect from @voxrpc/runtime/web and use a ws: or wss: address",
  );
};

export const attach: never = refused();
export const connect: never = attach;
export const connectSession: never = attach;
export const defaultKeepalive: never = attach;
export const formatAddress: never = attach;
export const linkOf: never = attach;
export const parseAddress: never = attach;
export const Server: never = attach;
export const SocketLink: never = attach;
export const serve: never = attach;
export const WsLink: never = attach;
