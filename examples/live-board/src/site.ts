/** Gives out the built page. */
import { createReadStream, existsSync } from "node:fs";
import type { RequestListener } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const folder = new URL("./site/", import.meta.url);
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};
/** No inline script and no `eval`: the client needs neither. */
const policy = "default-src 'self'; img-src 'self' data:";

/** Answers with files of the build: names of letters, digits, `-`, `_` and `.`, at most one folder deep. */
export const site: RequestListener = (request, response) => {
  const path = request.url === "/" ? "index.html" : (request.url ?? "").slice(1);
  const file = fileURLToPath(new URL(path, folder));
  const type = types[extname(path)];
  if (type === undefined || !/^(?:assets\/)?[\w-][\w.-]*$/.test(path) || !existsSync(file)) {
    response.writeHead(404).end("not found\n");
    return;
  }
  response.writeHead(200, { "content-type": type, "content-security-policy": policy });
  createReadStream(file).pipe(response);
};
