// What the tests of pages in a browser share: the program, pages of scenarios, a browser in which every request but
// that for the page itself fails, and what stands in a page's tables. `.ci/browser` says where all of them are:
// VPCSIM the program, BROWSER Chromium, MODULES the folder into which playwright-core and axe-core were installed.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const { VPCSIM, BROWSER, MODULES } = process.env;
const modules = createRequire(path.join(MODULES, "package.json"));
const { chromium } = modules("playwright-core");

export const scenarios = path.resolve(import.meta.dirname, "../../scenarios");
export const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vpcsim-pages-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

// The source of axe, or none if it was not to be had.
function axe() {
  try {
    return fs.readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
  } catch {
    return null;
  }
}

// Why tests with axe are skipped, if they are: they say so instead of passing.
export const withoutAxe = axe() === null && "axe-core is not there";

// What axe finds wrong with a page as it is now.
export async function unruly(tab) {
  await tab.evaluate(axe());
  const { violations } = await tab.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`);
}

// Runs the program; what it printed.
export function vpcsim(...args) {
  const said = spawnSync(VPCSIM, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (![0, 1].includes(said.status)) throw new Error(`${args.join(" ")}: ${said.stderr}`);
  return said.stdout;
}

// The page of a scenario's run or bill, and the JSON that the program printed beside it.
export function made(command, file, ...more) {
  const page = path.join(folder, `${command}-${path.basename(file, ".toml")}-${fs.readdirSync(folder).length}.html`);
  return { page, json: JSON.parse(vpcsim(command, file, "--json", "--html", page, ...more)) };
}

// A scenario of our own.
export function written(name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

export const launched = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });

// Opens a page, gives it to `look`, and fails if it asked for anything or complained.
export async function open(page, options, look) {
  const context = await launched.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints = [];
  const address = `file://${page}`;
  await context.route("**", (route) => {
    if (route.request().url().split("#")[0] === address) return route.continue();
    complaints.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  const tab = await context.newPage();
  tab.on("console", (said) => complaints.push(`${said.type()}: ${said.text()}`));
  tab.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  tab.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  try {
    await tab.goto(address);
    // What is drawn when it comes near is drawn now.
    await tab.evaluate(() => dispatchEvent(new Event("beforeprint"))).catch(() => {});
    await look(tab);
  } finally {
    await context.close();
  }
  if (complaints.length > 0) throw new Error(`${page}: ${complaints.join("; ")}`);
}

// The tables of a page by caption: for each row, the values by column, raw as `data-value` has them.
export function tables(tab) {
  return tab.evaluate(() => Object.fromEntries([...document.querySelectorAll("#drawn table")].map((table) => {
    const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const row = (tr) => Object.fromEntries([...tr.cells].map((cell, at) => [titles[at], cell.dataset.value ?? null]));
    return [table.caption.textContent, [...table.tBodies[0].rows].map(row)];
  })));
}
