/** Version of this package, as `--version` prints it. A test keeps it equal to package.json. */
export const cliVersion = "0.1.0";
