// Opens every chapter of a built book in headless Chromium, in each of mdBook's
// themes, on a wide window and on a phone's, and looks for
//
// - an error: an exception, a line at level error in the console, a resource
//   that does not load;
// - a request to another host;
// - anything that is wider than the window and not inside a box that scrolls;
// - what axe finds against accessibility.
//
// All of these fail the check, but for what axe finds in that which is mdBook's
// own: everything outside <main> (menu bar, sidebar, search), and in <main> the
// colours of links, table heads and highlighted code, and the boxes of code and
// tables that scroll. That is counted and told and no more, until the book's theme answers
// for it too.
//
// node check.mjs CHROMIUM BOOK SCREENSHOTS

import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const [executablePath, book, screenshots] = process.argv.slice(2);
const THEMES = ["light", "rust", "coal", "navy", "ayu"];
const PHOTOGRAPHED = ["light", "navy"];
const WIDTHS = [360, 1280];

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://book").pathname);
  try {
    const body = await readFile(join(book, path));
    response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
await mkdir(screenshots, { recursive: true });

// What is wrong, and where: one line each, however many pages show it.
const failures = new Map();
const remarks = new Map();
const note = (list, what, where) => list.set(what, [...(list.get(what) ?? []), where]);

/** A page in one theme; what goes wrong on it is noted at `where()`. */
async function open(theme, where) {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  await context.addInitScript((theme) => localStorage.setItem("mdbook-theme", theme), theme);
  await context.route(
    (url) => url.origin !== origin,
    (route) => {
      note(failures, `request to another host: ${route.request().url()}`, where());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on("pageerror", (error) => note(failures, `exception: ${error.message}`, where()));
  page.on("console", (line) => {
    if (line.type() === "error") note(failures, `console: ${line.text()}`, where());
  });
  page.on("response", (response) => {
    if (response.status() >= 400) note(failures, `${response.status()}: ${response.url()}`, where());
  });
  return page;
}

/** What sticks out of the window, as far as nothing around it scrolls. */
function tooWide() {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) =>
    element !== null &&
    element.tagName !== "MAIN" &&
    (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  return [...document.querySelectorAll("main *")]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > width + 0.5 && !scrolls(element.parentElement);
    })
    .map((element) => `<${element.tagName.toLowerCase()}> ${element.textContent.trim().slice(0, 40)}`)
    .slice(0, 1);
}

/** axe's findings, one of each rule and element. */
async function findings() {
  const { violations } = await globalThis.axe.run(document, {
    elementRef: true,
    resultTypes: ["violations"],
  });
  const themed = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"];
  const ours = (rule, element) =>
    element.closest("main") &&
    !(themed.includes(rule) && (element.closest("a, th, .hljs") || element.matches(".table-wrapper")));
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ element, target, any }) => ({
      ours: Boolean(ours(id, element)),
      rule: `axe ${id}: ${help}`,
      detail: `${target.join(" ")} ${any[0]?.message ?? ""}`,
    })),
  );
}

const index = await open("light", () => "toc.html");
await index.goto(`${origin}/toc.html`);
const links = await index.$$eval("a[href]", (all) => all.map((a) => a.getAttribute("href")));
const chapters = [...new Set(links.map((link) => link.split("#")[0]))];
await index.context().close();

for (const theme of THEMES) {
  let where;
  const page = await open(theme, () => where);
  for (const chapter of chapters) {
    for (const width of WIDTHS) {
      where = `${chapter} ${theme} ${width}`;
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${origin}/${chapter}`, { waitUntil: "load" });
      for (const what of await page.evaluate(tooWide)) {
        note(failures, `wider than the window: ${what}`, where);
      }
      await page.evaluate(axe);
      for (const { ours, rule, detail } of await page.evaluate(findings)) {
        if (ours) note(failures, `${rule}: ${detail}`, where);
        else note(remarks, rule, where);
      }
      if (PHOTOGRAPHED.includes(theme)) {
        const path = join(screenshots, `${chapter.replaceAll("/", "-")}-${theme}-${width}.png`);
        await page.screenshot({ path, fullPage: true });
      }
    }
  }
  await page.context().close();
}
await browser.close();
server.close();

const tell = (title, list) => {
  console.log(`${title}: ${list.size}`);
  for (const [what, places] of list) {
    console.log(`  ${what}\n    ${places.length} times: ${places.slice(0, 3).join(", ")}`);
  }
};
console.log(`${chapters.length} pages, ${THEMES.length} themes, ${WIDTHS.join(" and ")} pixels wide`);
tell("of mdBook's own, not held against us", remarks);
tell("failures", failures);
process.exitCode = failures.size === 0 ? 0 : 1;
