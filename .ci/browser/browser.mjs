// Debian's Chromium as the scripts here start it, and a server for a built book.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

/** It asks nothing of hosts that the book does not. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What `start` starts, at the second try if it does not come up at the first: once in
 * some hundred times Chromium does not. */
export const twice = (start) => start().catch(start);

export const launch = (executablePath) =>
  twice(() => chromium.launch({ executablePath, args: FLAGS, timeout: 60_000 }));

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves the folder as GitHub Pages does: texts are compressed. */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://book").pathname);
    try {
      const body = await readFile(join(folder, path));
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      response.setHeader("Content-Type", type);
      response.setHeader("Cache-Control", "max-age=600");
      if (/text|json|svg/.test(type)) {
        response.setHeader("Content-Encoding", "gzip");
        response.end(gzipSync(body));
      } else {
        response.end(body);
      }
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}
