#!/usr/bin/env node
// Is in the repository, so that npm links the command before the first build of a checkout.
import { runProcess } from "../dist/bundle/main.js";

await runProcess();
