/** The page: `index.html` and what it loads, for the folder that the server gives out. */
export default {
  envDir: false,
  build: { outDir: "dist/site", emptyOutDir: true, target: "es2022", reportCompressedSize: false },
};
