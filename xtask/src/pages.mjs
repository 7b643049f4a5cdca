// Opens pages in a browser and prints what is wrong with them: violations of accessibility rules (axe-core), pages wider than the
// window, ids that are used twice. Arguments: the browser, then the pages. Ends with 1 when anything is wrong.
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const axe = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const [executablePath, ...pages] = process.argv.slice(2);
const widths = [1280, 390];

// What of a page does not need axe: its width, its ids, and the labels of its charts.
function layout() {
  const problems = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) {
    const outside = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest("[role=region]"),
    );
    const first = outside.length ? `; the first element outside is ${outside[0].outerHTML.slice(0, 120)}` : "";
    problems.push(`the page is ${wide} px wide in a window of ${innerWidth} px${first}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) problems.push(`ids used twice: ${[...new Set(twice)].join(", ")}`);
  for (const drawing of document.querySelectorAll("svg[role=img]")) {
    if (!drawing.checkVisibility()) continue;
    const frame = drawing.getBoundingClientRect();
    // A text of several lines is several labels.
    const lines = [...drawing.querySelectorAll("text")].flatMap((text) => (text.children.length ? [...text.children] : [text]));
    const labels = lines.map((element) => ({ words: element.textContent, box: element.getBoundingClientRect() }));
    const name = drawing.querySelector("title")?.textContent;
    // Places along every line of the plot, guides and axes included.
    const places = [...drawing.querySelectorAll("line, path[fill=none]")].flatMap((line) => {
      const [length, toScreen] = [line.getTotalLength(), line.getScreenCTM()];
      const steps = Math.ceil(length / 3);
      return Array.from({ length: steps + 1 }, (_, step) =>
        line.getPointAtLength((length * step) / Math.max(steps, 1)).matrixTransform(toScreen),
      );
    });
    for (const [at, { words, box }] of labels.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.top < frame.top - 1) {
        problems.push(`chart “${name}”: the label “${words}” is cut off`);
      }
      // The box of a line of text is taller than its letters.
      const margin = 0.2 * box.height;
      const covers = ({ x, y }) => x > box.left && x < box.right && y > box.top + margin && y < box.bottom - margin;
      if (places.some(covers)) problems.push(`chart “${name}”: the label “${words}” lies on a line`);
      for (const other of labels.slice(at + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 0 && down > 0.35 * Math.min(box.height, other.box.height)) {
          problems.push(`chart “${name}”: the labels “${words}” and “${other.words}” overlap`);
        }
      }
    }
  }
  return problems;
}

const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
let wrong = 0;
try {
  const tab = await browser.newPage();
  // The pages allow no script; the checks are scripts.
  await tab.setBypassCSP(true);
  for (const page of pages) {
    for (const width of widths) {
      await tab.setViewport({ width, height: 900 });
      await tab.goto(pathToFileURL(resolve(page)).href);
      // What is folded is checked too, once as it opens and once unfolded.
      const problems = await tab.evaluate(layout);
      await tab.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      problems.push(...(await tab.evaluate(layout)).filter((problem) => !problems.includes(problem)));
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      for (const { id, help, nodes } of violations) {
        problems.push(`${id}: ${help} (${nodes.length} places)\n    ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join("\n    ")}`);
      }
      for (const problem of problems) console.log(`${basename(page)} at ${width} px: ${problem}`);
      wrong += problems.length;
    }
  }
} finally {
  await browser.close();
}
console.log(`${pages.length} pages at ${widths.join(" and ")} px: ${wrong || "no"} problems`);
process.exitCode = wrong ? 1 : 0;
