import { describe, expect, test } from "vitest";
import { camelCase, pascalCase, snakeCase } from "./names.js";

describe("names", () => {
  test.each([
    ["import_all", "importAll"],
    ["importAll", "importAll"],
    ["ImportAll", "importAll"],
    ["URL", "url"],
    ["HTTPPort", "httpPort"],
    ["http_URL", "httpURL"],
    ["u_8", "u8"],
    ["a__b", "aB"],
    ["_private", "_private"],
    ["type_", "type_"],
    ["__proto__", "__proto__"],
    ["_", "_"],
    ["x", "x"],
  ])("camelCase of %s", (name, expected) => {
    expect(camelCase(name)).toBe(expected);
    expect(camelCase(camelCase(name))).toBe(expected);
  });

  test.each([
    ["importAll", "import_all"],
    ["ImportAll", "import_all"],
    ["HTTPPort", "http_port"],
    ["v2Items", "v2_items"],
    ["plain", "plain"],
  ])("snakeCase of %s", (name, expected) => {
    expect(snakeCase(name)).toBe(expected);
  });

  test.each([
    ["import_all", "ImportAll"],
    ["importAll", "ImportAll"],
    ["LIGHT_BLUE", "LightBlue"],
    ["URL", "URL"],
    ["product", "Product"],
  ])("pascalCase of %s", (name, expected) => {
    expect(pascalCase(name)).toBe(expected);
  });
});
