/** The services of a router in the text of an error. */

/** The most services that a text names. */
const maxNamed = 16;

/** @returns like `there are Orders, Users` */
export function serviceNames(services: readonly string[]): string {
  const rest = services.length > maxNamed ? `, and ${services.length - maxNamed} more` : "";
  return `there are ${services.slice(0, maxNamed).join(", ")}${rest}`;
}
