// Makes of a built book what pandoc can make an EPUB of: one page without the
// menus, each figure a picture of its own, drawn as it is on paper, with what it shows
// as its text. node epub.mjs CHROMIUM BOOK FOLDER

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [executablePath, book, folder] = process.argv.slice(2);
const browser = await launch(executablePath);
const page = await browser.newPage();
await page.addInitScript(() => {
  window.print = () => {};
});
await page.goto(pathToFileURL(join(book, "print.html")).href, { waitUntil: "load" });
await page.emulateMedia({ media: "print" });
const { html, drawings } = await page.evaluate(() => {
  // What figures.css says is written into the drawing: an EPUB's picture has no
  // style sheet around it.
  const STYLES = [
    "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "paint-order",
    "opacity", "text-anchor", "font-weight", "font-size", "font-family",
  ];
  // As e-readers know colours: not as the mixture that it is.
  const dot = new OffscreenCanvas(1, 1).getContext("2d");
  const colour = (value) => {
    if (!value.startsWith("color(")) return value;
    dot.fillStyle = value;
    dot.fillRect(0, 0, 1, 1);
    return `rgb(${[...dot.getImageData(0, 0, 1, 1).data].slice(0, 3)})`;
  };
  const main = document.querySelector("main");
  const drawings = [];
  for (const svg of [...main.querySelectorAll("svg.fig")]) {
    const copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((element, index) => {
      const style = getComputedStyle(from[index]);
      element.removeAttribute("class");
      element.setAttribute("style", STYLES.map((name) => `${name}:${colour(style[name])}`).join(";").replaceAll('"', "'"));
    });
    const text = ["title", "desc"].map((name) => svg.querySelector(name)?.textContent.trim()).filter(Boolean);
    const name = `figure-${drawings.length + 1}.svg`;
    const [, , width, height] = copy.getAttribute("viewBox").split(" ");
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    copy.removeAttribute("aria-labelledby");
    // XML's ids do not begin with a digit.
    const drawing = new XMLSerializer().serializeToString(copy);
    drawings.push({ name, svg: drawing.replaceAll(/( id="|url\((?:&quot;)?#|href="#)/g, "$1fig-") });
    const image = document.createElement("img");
    image.src = name;
    image.alt = text.map((it) => it.replace(/\.?$/, ".")).join(" ");
    const around = document.createElement("p");
    around.append(image);
    svg.replaceWith(around);
  }
  const rename = (selector, name) => {
    for (const element of [...main.querySelectorAll(selector)]) {
      const other = document.createElement(name);
      if (element.className) other.className = element.className;
      else if (element.tagName === "FIGCAPTION") other.className = "caption";
      if (element.id) other.id = element.id;
      other.append(...element.childNodes);
      element.replaceWith(other);
    }
  };
  for (const element of main.querySelectorAll("pre > code")) {
    // As book.css shows the programs of one system.
    const indent = element.closest(".program") ? /^ {4}/gm : /^$/;
    element.textContent = element.textContent.replace(indent, "");
  }
  for (const element of main.querySelectorAll("code")) element.removeAttribute("class");
  for (const element of main.querySelectorAll(".buttons")) element.remove();
  for (const link of main.querySelectorAll("a.header")) link.replaceWith(...link.childNodes);
  rename("figcaption", "div");
  rename("figure", "div");
  rename("summary", "p");
  rename("details", "div");
  // Of all but headings and <div>, pandoc forgets the ids.
  for (const element of main.querySelectorAll("[id]:not(h1, h2, h3, h4, h5, h6, div)")) {
    const place = document.createElement("span");
    place.id = element.id;
    element.removeAttribute("id");
    if (element.tagName === "A") element.before(place);
    else element.prepend(place);
  }
  return { html: main.innerHTML, drawings };
});
await browser.close();

await mkdir(folder, { recursive: true });
for (const { name, svg } of drawings) await writeFile(join(folder, name), svg);
const head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The Event Queue</title></head>';
await writeFile(join(folder, "book.html"), `${head}<body>${html}</body></html>`);
console.log(`${drawings.length} figures`);
