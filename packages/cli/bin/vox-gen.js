#!/usr/bin/env node
// Stands in the repository, so that npm links the command before the first build of a checkout.
import "../dist/bin.js";
