/** `npm run build`: compiles the packages, then bundles the command line so that it starts quickly. */
import { buildPackages } from "./run.mjs";

buildPackages();
