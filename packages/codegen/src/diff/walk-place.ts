/** Where a walk through two types is. */
import type { Span } from "../source/span.js";
import type { ChangeContext } from "./change.js";

/** Where the walk is. */
export interface WalkPlace extends ChangeContext {
  readonly path: string;
  /** Innermost member that leads here. */
  readonly member: string | undefined;
  readonly oldSpan: Span | undefined;
  readonly newSpan: Span | undefined;
  /** Whether a type around this place is described as another in one of the versions. */
  readonly isUnclear: boolean;
  /** Generic types around this place. */
  readonly open: ReadonlySet<string>;
}

/** The start of a walk. @param path text in front of every path, such as the name of an argument */
export function startAt(
  path: string,
  oldSpan: Span | undefined,
  newSpan: Span | undefined,
  family: string | undefined,
): WalkPlace {
  return {
    path,
    member: undefined,
    oldSpan,
    newSpan,
    channel: undefined,
    isInOption: false,
    isInVariant: false,
    isOfVariant: false,
    isNested: false,
    isInRecursion: false,
    isUnclear: false,
    open: new Set(family === undefined ? [] : [family]),
  };
}

/** A text that is equal for places at which a pair of types gives the same changes, paths apart. */
export function contextKey(place: WalkPlace): string {
  const flags = [place.isInOption, place.isInVariant, place.isOfVariant, place.isNested, place.isInRecursion]
    .map(Number)
    .join("");
  return `${place.channel ?? ""}${Number(place.isUnclear)}${flags}${[...place.open].sort().join(",")}`;
}
