/** `npm run build`: compiles the three packages, then bundles the command line so that it starts quickly. */
import { buildPackages } from "./run.mjs";

buildPackages();
