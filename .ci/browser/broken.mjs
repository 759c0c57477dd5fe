// Shows that check.mjs finds what it is for: in a copy of the book with a fault of each
// kind, it has to name them all.
//
// node broken.mjs CHROMIUM BOOK COPY

import { spawnSync } from "node:child_process";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [executablePath, book, copy] = process.argv.slice(2);
const CHAPTER = "04-epoll.html";

/** What is put at the end of a page's text, and what has to be said of it. */
const FAULTS = {
  [CHAPTER]: [
    ['<img src="data:,">', "axe image-alt:"],
    ['<p style="color: #999; background: #fff">pale</p>', "axe color-contrast:"],
    ['<script src="https://example.com/a.js"></script>', "request to another host: https://example.com/a.js"],
    ['<div style="width: 2000px">wide</div>', "wider than the window: <div> wide"],
    ['<script>console.error("loud")</script>', "console: loud"],
    ['<script>throw new Error("thrown")</script>', "exception: thrown"],
    ['<img alt="" src="nowhere.png">', "/nowhere.png"],
    ["<style>:focus { outline: none !important }</style>", "no focus is seen on"],
    ["<style>main * { transition: color 0.01ms !important }</style>", "moves though motion is off: "],
    ["<style>main svg { visibility: hidden }</style>", "no figure"],
  ],
  "print.html": [
    [
      `<pre><code style="white-space: pre !important">${"long ".repeat(80)}</code></pre>`,
      "1 listings are cut",
    ],
    ["<style>@media print { html { background: navy !important } }</style>", "paper is rgb(0, 0, 128)"],
  ],
};

await rm(copy, { recursive: true, force: true });
await cp(book, copy, { recursive: true });
for (const [name, faults] of Object.entries(FAULTS)) {
  const page = await readFile(join(copy, name), "utf8");
  const all = faults.map(([fault]) => fault).join("\n");
  await writeFile(join(copy, name), page.replace("</main>", `${all}</main>`));
}
// A few pages are enough.
const toc = await readFile(join(copy, "toc.html"), "utf8");
const others = /<a href="(?!04-|introduction)[^"]*"[^>]*>.*?<\/a>/g;
await writeFile(join(copy, "toc.html"), toc.replace(others, ""));

const check = fileURLToPath(new URL("check.mjs", import.meta.url));
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [check, executablePath, copy, join(copy, "screenshots"), "without-lighthouse"],
  { encoding: "utf8" },
);
const expected = Object.values(FAULTS).flat().map(([, what]) => what);
const missed = expected.filter((what) => !stdout.includes(what));
console.log(`of ${expected.length} faults that were put in, found: ${expected.length - missed.length}`);
if (status !== 1 || missed.length > 0) {
  console.log(`not found: ${missed.join("; ")}\nexit status ${status}\n${stdout}${stderr}`);
  process.exitCode = 1;
}
