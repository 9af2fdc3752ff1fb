/** Version of this package, as generated files name it. A test keeps it equal to package.json. */
export const codegenVersion = "0.1.0";
