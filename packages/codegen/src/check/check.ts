/** All rules over a linked program. */
import type { Type } from "../model/model.js";
import type { Linked } from "./program.js";
import { checkArgumentCount } from "./rules/argument-count.js";
import { checkAttributeTypes } from "./rules/attribute-types.js";
import { checkAttributes } from "./rules/attributes.js";
import { checkChannelPlaces } from "./rules/channel-places.js";
import { checkConventions } from "./rules/conventions.js";
import { checkDefaults } from "./rules/defaults.js";
import { checkDuplicates } from "./rules/duplicates.js";
import { checkEmptyEnums } from "./rules/empty-enums.js";
import { checkErrorTypes } from "./rules/error-types.js";
import { checkGrowingTypes } from "./rules/growing-types.js";
import { checkInfiniteValues } from "./rules/infinite-values.js";
import { checkKeys } from "./rules/keys.js";
import { checkMethodIds } from "./rules/method-ids.js";
import { checkNesting } from "./rules/nesting.js";
import { checkPersistedChannels } from "./rules/persisted-channels.js";
import { checkReservedNames } from "./rules/reserved-names.js";
import { checkExportNames, checkTypeScriptNames } from "./rules/typescript-names.js";
import { checkUnusedImports } from "./rules/unused-imports.js";

/** One rule: reads the program, reports. `holdsChannel` says of a type whether a Tx or Rx is anywhere in it. */
export type Rule = (linked: Linked, holdsChannel: (type: Type) => boolean) => void;

const rules: readonly Rule[] = [
  checkDuplicates,
  checkReservedNames,
  checkMethodIds,
  checkTypeScriptNames,
  checkEmptyEnums,
  checkInfiniteValues,
  checkGrowingTypes,
  checkNesting,
  checkKeys,
  checkChannelPlaces,
  checkPersistedChannels,
  checkDefaults,
  checkAttributes,
  checkAttributeTypes,
  checkConventions,
  checkUnusedImports,
  checkArgumentCount,
  checkErrorTypes,
  checkExportNames,
];

export function checkRules(linked: Linked, holdsChannel: (type: Type) => boolean): void {
  for (const rule of rules) rule(linked, holdsChannel);
}
