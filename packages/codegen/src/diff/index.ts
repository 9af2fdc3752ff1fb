/** Comparing two versions of a contract. */
export { type Allowed, type AllowedChange, applyAllowed, isAllowable } from "./allow.js";
export type { Reads, Verdict } from "./change.js";
export { type CompareOptions, type Comparison, compareModels } from "./compare.js";
export type { MethodComparison } from "./compare-method.js";
export type { ChangeCode, ChangeFinding, Compatibility, HarmlessChange } from "./finding.js";
export { isLock, type OpenedLock, openLock, plainLock, writeLock } from "./lock.js";
export { compareLock } from "./lock-changes.js";
export type { PeerVersion } from "./peer.js";
