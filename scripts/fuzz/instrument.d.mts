export function instrument(
  text: string,
  isCounted: (path: string) => boolean,
): { readonly text: string; readonly blocks: number };
