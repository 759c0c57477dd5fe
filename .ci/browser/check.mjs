// Looks at a built book in headless Chromium, as a reader would who has a phone or a
// laptop, a light or a dark theme, no mouse, no network, or no JavaScript. Fails on
//
// - what axe finds against accessibility (WCAG 2.2 AA and its best practices), on
//   every page in every theme that is offered, and with menus and search open;
// - an error: an exception, a line at level error in the console, a resource that
//   does not load, over http and from file://;
// - a request to another host;
// - anything that is wider than the window and not inside a box that scrolls;
// - text, contents or ways to the other pages that need JavaScript;
// - what the keyboard does not reach, and what moves though motion is off;
// - a page that paper would cut: something folded, dark, or wider than it;
// - less than 100 in Lighthouse for accessibility, best practices or SEO.
//
// Tells Lighthouse's scores, also for performance, and what a chapter weighs.
//
// node check.mjs CHROMIUM BOOK SCREENSHOTS [without-lighthouse]

import { mkdir, readFile, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { FLAGS, launch, serve, twice } from "./browser.mjs";

const [executablePath, book, screenshots, without] = process.argv.slice(2);
const CHAPTER = "04-epoll.html";
const OTHER = "introduction.html";
const PHONE = { width: 360, height: 740 };
const LAPTOP = { width: 1280, height: 800 };
const SIZES = [PHONE, LAPTOP];
// A chapter as mdBook alone makes it, for comparison: chapter 4 at 0.5.4, with the
// theme of November 2026.
const BEFORE = "402 KiB with mdBook's own theme";

const { server, origin } = await serve(book);
const browser = await launch(executablePath);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
await mkdir(screenshots, { recursive: true });

// What is wrong, and where: one line each, however many pages show it.
const failures = new Map();
let looked = 0;
let where = "";
const fail = (what) => failures.set(what, [...(failures.get(what) ?? []), where]);
const expect = (condition, what) => {
  if (!condition) fail(what);
};

/** One of the looks below. What it does not find ends it, and no other. */
async function look(name, at) {
  where = name;
  try {
    await at();
  } catch (error) {
    fail(error.message.split("\n")[0]);
  }
}

/** A page in one theme, none for that of the system; what goes wrong is noted. */
async function open({ theme, base = origin, ...options } = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  if (theme) {
    await context.addInitScript((it) => localStorage.setItem("mdbook-theme", it), theme);
  }
  await context.route(
    (url) => !url.href.startsWith(base) && url.protocol !== "data:",
    (route) => {
      fail(`request to another host: ${route.request().url()}`);
      return route.abort();
    },
  );
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => fail(`exception: ${error.message}`));
  page.on("console", (line) => {
    if (line.type() === "error") fail(`console: ${line.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) fail(`${response.status()}: ${response.url()}`);
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
  return [...document.querySelectorAll("main *, .pager *, .foot *, #mdbook-menu-bar *")]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.right > width + 0.5 && !scrolls(element.parentElement);
    })
    .map((element) => `<${element.tagName.toLowerCase()}> ${element.textContent.trim().slice(0, 40)}`)
    .slice(0, 1);
}

async function accessible(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, any }) => `axe ${id}: ${help}: ${target.join(" ")} ${any[0]?.message ?? ""}`),
    );
  });
  found.forEach(fail);
  looked += 1;
}

where = "toc.html";
const toc = await open();
await toc.goto(`${origin}/toc.html`);
await accessible(toc);
const links = await toc.$$eval("a[href]", (all) => all.map((a) => a.getAttribute("href")));
const chapters = [...new Set(links.map((link) => link.split("#")[0]))];
await toc.goto(`${origin}/${CHAPTER}`);
const themes = await toc.$$eval("#mdbook-theme-list button", (all) =>
  all.map((button) => button.id.replace("mdbook-theme-", "")).filter((id) => id !== "default_theme"),
);
await toc.context().close();
const pages = [...chapters, "404.html"];

// Every page, in every theme, on the phone and on the laptop. What is wrong with the
// measures is the same in each theme.
for (const theme of themes) {
  for (const viewport of SIZES) {
    const page = await open({ theme, viewport });
    for (const name of pages) {
      where = `${name} ${theme} ${viewport.width}`;
      await page.goto(`${origin}/${name}`, { waitUntil: "load" });
      if (theme === themes[0]) (await page.evaluate(tooWide)).forEach((it) => fail(`wider than the window: ${it}`));
      if (theme === themes[0] || viewport === LAPTOP) await accessible(page);
      const path = join(screenshots, `${name.replaceAll("/", "-")}-${theme}-${viewport.width}.png`);
      await page.screenshot({ path, fullPage: true });
    }
    await page.context().close();
  }
}

// Code of 80 columns does not scroll on the laptop.
await look(`${CHAPTER} ${LAPTOP.width}`, async () => {
  const page = await open({ viewport: LAPTOP });
  await page.goto(`${origin}/${CHAPTER}`);
  const columns = await page.$eval("main pre > code", (code) => {
    const style = getComputedStyle(code);
    const probe = code.appendChild(document.createElement("span"));
    probe.textContent = "m".repeat(80);
    const width = probe.getBoundingClientRect().width;
    probe.remove();
    const room = code.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return Math.floor((80 * room) / width);
  });
  expect(columns >= 80, `code has ${columns} columns, not 80`);

  // What the system says holds as long as nobody chooses, and so for old choices.
  for (const [stored, system, theme] of [
    [null, "dark", "navy"],
    [null, "light", "light"],
    ["coal", "dark", "navy"],
    ["rust", "light", "light"],
    ["light", "dark", "light"],
  ]) {
    await page.emulateMedia({ colorScheme: system });
    await page.evaluate((it) => {
      localStorage.clear();
      if (it) localStorage.setItem("mdbook-theme", it);
    }, stored);
    await page.reload();
    const classes = await page.$eval("html", (html) => html.className);
    const has = classes.split(" ").filter((it) => /light|rust|coal|navy|ayu/.test(it));
    expect(has.join() === theme, `theme ${stored} on a ${system} system is ${has}, not ${theme}`);
  }

  // Menus open are as accessible as closed.
  where = `${CHAPTER}, menus`;
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.click("#mdbook-theme-toggle");
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.context().close();
});

/** Search, as a reader does who has no mouse. */
async function search(page) {
  await page.keyboard.press("/");
  await page.keyboard.type("interest list");
  await page.waitForSelector("#mdbook-searchresults a");
}

for (const theme of themes) {
  await look(`${CHAPTER}, search, ${theme}`, async () => {
    const page = await open({ theme });
    await page.goto(`${origin}/${CHAPTER}`);
    await search(page);
    await accessible(page);
    await page.context().close();
  });
}

// By keyboard alone.
await look(`${CHAPTER} by keyboard`, async () => {
  const page = await open({ viewport: LAPTOP });
  await page.goto(`${origin}/${CHAPTER}`);
  const focus = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      return {
        id: at.id,
        text: at.textContent.trim(),
        isVisible: style.outlineStyle !== "none" && box.width > 0,
        size: Math.min(box.width, box.height),
      };
    });
  await page.keyboard.press("Tab");
  expect((await focus()).text === "Skip to the text", "the first Tab is not the way past the menus");
  const reached = new Set();
  let invisible = "";
  for (let steps = 0; steps < 400; steps += 1) {
    await page.keyboard.press("Tab");
    const at = await focus();
    if (!at.isVisible && !invisible && (at.id || at.text)) invisible = at.id || at.text;
    reached.add(at.id || at.text);
    if (at.text.startsWith("Next")) break;
  }
  expect(!invisible, `no focus is seen on ${invisible}`);
  for (const id of ["mdbook-sidebar-toggle", "mdbook-theme-toggle", "mdbook-search-toggle"]) {
    expect(reached.has(id), `Tab does not come to ${id}`);
  }
  expect([...reached].some((it) => it.startsWith("Next")), "Tab does not come to the next page");
  await page.focus("#mdbook-sidebar-toggle");
  const shown = () => page.$eval("#mdbook-sidebar", (it) => it.getAttribute("aria-hidden") === "false");
  const before = await shown();
  await page.keyboard.press("Enter");
  expect((await shown()) !== before, "Enter does not open or close the contents");
  expect(
    (await page.$eval("#mdbook-sidebar-toggle", (it) => it.ariaExpanded)) === String(!before),
    "the button of the contents does not tell that they are open",
  );
  const current = await page.$$eval("#mdbook-sidebar [aria-current=page]", (all) => all.length);
  expect(current === 1, "the contents do not tell which page is open");
  await page.focus("#mdbook-search-toggle");
  await page.keyboard.press("ArrowRight");
  await page.waitForURL((url) => !url.href.endsWith(CHAPTER), { timeout: 5000 }).catch(() => fail("→ turns no page"));

  // On the phone code is wider than its box: the arrows scroll it.
  where = `${CHAPTER} by keyboard, ${PHONE.width}`;
  await page.setViewportSize(PHONE);
  await page.goto(`${origin}/${CHAPTER}`);
  await page.waitForSelector("main pre > code[tabindex]");
  await page.focus("main pre > code[tabindex]");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.activeElement.scrollLeft > 0, null, { timeout: 5000 }).catch(() =>
    fail("→ does not scroll wide code"),
  );
  expect(page.url().endsWith(CHAPTER), "→ turns the page though wide code has the focus");
  await page.context().close();
});

// Nothing moves while a page loads.
await look(`${CHAPTER}, shift`, async () => {
  for (const viewport of SIZES) {
    const page = await open({ viewport });
    await page.addInitScript(() => {
      globalThis.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          globalThis.shift += entry.value;
          globalThis.moved = entry.sources.map(({ node }) => node?.nodeName + "." + node?.className).join(" ");
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    for (const name of [CHAPTER, OTHER]) {
      await page.goto(`${origin}/${name}`, { waitUntil: "load" });
      const [shift, moved] = await page.evaluate(() => [globalThis.shift, globalThis.moved]);
      expect(shift < 0.01, `${moved} moves while the page loads: ${shift.toFixed(3)}`);
    }
    await page.context().close();
  }
});

// With motion off nothing has a transition, however short: a colour that comes by one
// is inherited by another, so that the text would take its theme layer by layer.
await look(`${CHAPTER}, motion off`, async () => {
  const page = await open({ theme: "navy", viewport: LAPTOP });
  await page.addInitScript(() => {
    globalThis.moved = new Set();
    for (const kind of ["transitionrun", "animationstart"]) {
      addEventListener(kind, ({ target }) => globalThis.moved.add(target.nodeName), true);
    }
  });
  await page.goto(`${origin}/${CHAPTER}`, { waitUntil: "load" });
  await page.click("#mdbook-theme-toggle");
  await page.click("#mdbook-theme-light");
  await page.click("#mdbook-sidebar-toggle");
  // The events of a frame are sent before what waits for it is called.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const moved = await page.evaluate(() => [...globalThis.moved]);
  expect(moved.length === 0, `moves though motion is off: ${moved.join(", ")}`);
  await page.context().close();
});

// Without JavaScript: the text, the way to the contents and to the next page, light
// or dark as the system is.
for (const colorScheme of ["light", "dark"]) {
  await look(`${CHAPTER} without JavaScript, ${colorScheme}`, async () => {
    const page = await open({ javaScriptEnabled: false, colorScheme, viewport: PHONE });
    await page.goto(`${origin}/${CHAPTER}`);
    for (const [what, selector] of [
      ["text", "main h1"],
      ["code", "main pre > code"],
      ["figure", "main svg"],
      ["contents", ".contents"],
      ["next page", ".pager .next"],
      ["hint", "main summary"],
    ]) {
      expect(await page.locator(selector).first().isVisible(), `no ${what}`);
    }
    await page.locator("main summary").first().click();
    expect(await page.locator("main details[open]").first().isVisible(), "a hint does not open");
    await page.click(".contents");
    expect(page.url().endsWith("toc.html"), "no way to the contents");
    await page.click(`a[href="${CHAPTER}"]`);
    await page.click(".pager .next");
    expect(!page.url().endsWith(CHAPTER), "no way to the next page");
    await page.context().close();
  });
}

// From a folder: pages, contents, search.
await look("file://", async () => {
  const base = pathToFileURL(book).href;
  const page = await open({ base, viewport: LAPTOP });
  for (const name of pages.filter((it) => it !== "404.html")) {
    where = `${name} from file://`;
    await page.goto(`${base}/${name}`, { waitUntil: "load" });
    expect((await page.locator("#mdbook-sidebar a").count()) > 5, "no contents");
  }
  where = `${CHAPTER} from file://`;
  await page.goto(`${base}/${CHAPTER}`);
  await search(page);
  expect(await page.locator("main svg.fig").first().isVisible(), "no figure");
  await page.context().close();
});

// On paper.
await look("print.html", async () => {
  const page = await open({ theme: "navy", colorScheme: "dark", viewport: { width: 640, height: 900 } });
  await page.addInitScript(() => {
    window.print = () => {};
  });
  await page.goto(`${origin}/print.html`);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const paper = await page.evaluate(() => ({
    ground: getComputedStyle(document.documentElement).backgroundColor,
    ink: getComputedStyle(document.querySelector("main p")).color,
    folded: document.querySelectorAll("main details:not([open])").length,
    cut: [...document.querySelectorAll("main pre > code")].filter((it) => it.scrollWidth > it.clientWidth + 1).length,
    menus: [...document.querySelectorAll(".menu-bar, .sidebar, .pager, .foot, .skip, .buttons")].filter(
      (it) => it.getClientRects().length,
    ).length,
  }));
  expect(paper.ground === "rgb(255, 255, 255)", `paper is ${paper.ground}`);
  expect(paper.ink === "rgb(0, 0, 0)", `ink is ${paper.ink}`);
  expect(paper.folded === 0, `${paper.folded} hints stay folded`);
  expect(paper.cut === 0, `${paper.cut} listings are cut`);
  expect(paper.menus === 0, `${paper.menus} menus are printed`);
  await page.context().close();
});
await browser.close();

// What a chapter weighs, as it is sent.
const sent = new Map();
for (const name of await readdir(book, { recursive: true })) {
  const path = join(book, name);
  if ((await stat(path)).isFile()) {
    const body = await readFile(path);
    sent.set(name, /\.(html|css|js|svg)$/.test(name) ? gzipSync(body).length : body.length);
  }
}
const html = await readFile(join(book, CHAPTER), "utf8");
const weigh = (pattern) => {
  let sum = 0;
  for (const [name, size] of sent) if (html.includes(name) && pattern.test(name)) sum += size;
  return sum;
};
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const parts = { html: sent.get(CHAPTER), css: weigh(/\.css$/), js: weigh(/^(?!searchindex).*\.js$/), font: weigh(/woff2$/) };
const whole = Object.values(parts).reduce((a, b) => a + b);
const index = weigh(/^searchindex/);
console.log(
  `${CHAPTER} is sent as ${kB(whole)}: ` +
    Object.entries(parts).map(([part, size]) => `${part} ${kB(size)}`).join(", ") +
    `; the search index, when asked for, as ${kB(index)} (before: ${BEFORE})`,
);

// Lighthouse starts a browser of its own, as that of a phone.
async function score() {
  const { default: lighthouse } = await import("lighthouse");
  const { launch: launchChrome } = await import("chrome-launcher");
  const flags = { chromePath: executablePath, chromeFlags: [...FLAGS, "--headless=new"] };
  const chrome = await twice(() => launchChrome(flags));
  for (const name of [CHAPTER, OTHER]) {
    where = name;
    const { lhr } = await lighthouse(`${origin}/${name}`, { port: chrome.port, logLevel: "error" });
    const scores = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]);
    const value = (id) => lhr.audits[id].displayValue;
    console.log(
      `Lighthouse, ${name}: ${scores.map(([id, score]) => `${id} ${score}`).join(", ")} (first paint ` +
        `${value("first-contentful-paint")}, blocked ${value("total-blocking-time")}, shift ${value("cumulative-layout-shift")})`,
    );
    for (const [id, score] of scores) {
      expect(id === "performance" || score === 100, `Lighthouse: ${id} ${score}`);
    }
  }
  await chrome.kill();
}
if (without !== "without-lighthouse") await score();
server.close();

console.log(`${pages.length} pages, themes ${themes.join(" and ")}, ${PHONE.width} and ${LAPTOP.width} pixels wide`);
console.log(`axe looked ${looked} times`);
console.log(`failures: ${failures.size}`);
for (const [what, places] of failures) {
  console.log(`  ${what}\n    ${places.length} times: ${[...new Set(places)].slice(0, 3).join(", ")}`);
}
process.exitCode = failures.size === 0 ? 0 : 1;
