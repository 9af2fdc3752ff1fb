#!/usr/bin/env node
// This file is in the repository, so that npm links the command before the first build of a checkout.
import "../dist/bin.js";
