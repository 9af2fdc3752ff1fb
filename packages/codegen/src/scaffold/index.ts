/**
 * Skeletons of handlers, written into application code. A subpath of its own, `@voxrpc/codegen/scaffold`, because it
 * loads a TypeScript parser, which nothing else of this package needs.
 */
export {
  type Implementation,
  type ImplementOptions,
  implementService,
  type UnsureMethod,
} from "./implement.js";
export { ScaffoldError, type ScaffoldErrorCode } from "./scaffold-error.js";
