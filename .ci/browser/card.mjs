// Draws the social card. node card.mjs CHROMIUM THEME PNG

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./browser.mjs";

const [executablePath, theme, png] = process.argv.slice(2);
const font = await readFile(join(theme, "fonts/source-sans-3.woff2"), "base64");
const browser = await launch(executablePath);
const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
await page.setContent(`<style>
@font-face { font-family: "Source Sans 3"; font-weight: 200 900;
  src: url(data:font/woff2;base64,${font}) }
body { margin: 0 }
svg { display: block }
</style>${await readFile(join(theme, "social.svg"), "utf8")}`);
await page.evaluate(() => document.fonts.ready);
await page.screenshot({ path: png });
await browser.close();
