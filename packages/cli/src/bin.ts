/** Entry of the command `vox-gen`. */
import { bundleUrl, isBundleFresh } from "./bundle-state.js";

const entry = isBundleFresh() ? bundleUrl.href : "./main.js";
const { runProcess } = (await import(entry)) as typeof import("./main.js");
await runProcess();
