// Prints a built book: node pdf.mjs CHROMIUM BOOK PDF

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [executablePath, book, path] = process.argv.slice(2);
const browser = await launch(executablePath);
const page = await browser.newPage();
await page.addInitScript(() => {
  window.print = () => {};
});
await page.goto(pathToFileURL(join(book, "print.html")).href, { waitUntil: "load" });
await page.evaluate(async () => {
  dispatchEvent(new Event("beforeprint"));
  await document.fonts.ready;
});
const small = "width: 100%; font: 8pt sans-serif; color: #555; text-align: center";
await page.pdf({
  path,
  format: "A4",
  margin: { top: "20mm", bottom: "20mm", left: "22mm", right: "22mm" },
  outline: true,
  tagged: true,
  printBackground: true,
  displayHeaderFooter: true,
  headerTemplate: "<div></div>",
  footerTemplate: `<div style="${small}"><span class="pageNumber"></span></div>`,
});
await browser.close();
