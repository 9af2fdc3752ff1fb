/** A loader of webpack: what of TypeScript is not JavaScript goes, the source map stays. */
const { transform } = require("esbuild");

module.exports = function stripTypes(code) {
  const done = this.async();
  transform(code, { loader: "ts", sourcemap: true, sourcefile: this.resourcePath, target: "es2022" }).then(
    ({ code: plain, map }) => done(null, plain, map),
    done,
  );
};
