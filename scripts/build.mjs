/**
 * `npm run build`: installs when needed, compiles the packages, then bundles the command line so that it starts
 * quickly.
 */
import { buildPackages, install } from "./run.mjs";

install();
buildPackages();
