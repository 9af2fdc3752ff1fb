/** Server process of one peer: says its port, ends with its parent. */
const { serve } = await import(`./${process.argv[2]}.mjs`);
process.on("disconnect", () => process.exit(0));
process.send({ port: await serve() });
