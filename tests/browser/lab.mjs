// What the tests of the lab's page share: a lab of the program, a browser whose page may speak to that lab alone, and
// what somebody does there. With PAGE, a folder, the page's files come from there, so that a change of them can be
// tested before the program is built.

import fs from "node:fs";
import path from "node:path";
import { launched } from "./pages.mjs";
import { lab } from "./served.mjs";

export { lab };

const { PAGE } = process.env;

// The requests of each page that are not answered yet, but for the one that is told of changes.
const asking = new WeakMap();

// Waits until all that a page asked is answered and drawn.
export async function settled(tab) {
  const frames = () => tab.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  do await frames(); while (asking.get(tab).size > 0);
  await tab.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));
  await frames();
}

// Opens the page of a new lab, gives it to `look`, and fails if it asked for anything elsewhere or complained.
export async function visit(args, options, look) {
  const { address, end } = await lab(...args);
  const complaints = [];
  const context = await launched.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  await context.route("**", (route) => {
    const asked = route.request().url();
    if (asked.startsWith(address)) {
      const file = PAGE && path.join(PAGE, asked.slice(address.length).split("#")[0] || "index.html");
      return file && fs.existsSync(file) ? route.fulfill({ path: file }) : route.continue();
    }
    complaints.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  const page = async () => {
    const tab = await context.newPage();
    tab.setDefaultTimeout(15_000);
    const left = new Set();
    asking.set(tab, left);
    tab.on("request", (one) => one.resourceType() !== "eventsource" && left.add(one));
    for (const over of ["requestfinished", "requestfailed"]) tab.on(over, (one) => left.delete(one));
    tab.on("console", (said) => {
      // A browser remarks on it when a scenario is not opened.
      if (!said.text().includes("status of 422")) complaints.push(`${said.type()}: ${said.text()}`);
    });
    tab.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    tab.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
    await tab.goto(address);
    return tab;
  };
  try {
    const tab = await page();
    await tab.locator(args.includes("--class") ? "#start h2" : "[data-vpc]").first().waitFor();
    await look(tab, page, address);
  } finally {
    await context.close();
    await end();
  }
  if (complaints.length > 0) throw new Error(complaints.join("; "));
}

// A button of the panel, of the controls, or of a dialog.
export const button = (tab, name, within = "body") => tab.locator(within).getByRole("button", { name, exact: true });

// Chooses a thing of the picture.
export const choose = (tab, kind, name) => tab.locator(`[data-${kind}="${name}"]`).click({ position: { x: 8, y: 8 } });

// Waits until a text is shown in a part of the page.
export const shown = (tab, text, within = "#panel") => tab.locator(within).getByText(text).first().waitFor();

// The numbers of one traffic entry, as the overview of the network shows them.
export async function traffic(tab, entry) {
  const row = tab.locator("#view tr", { hasText: entry });
  const cells = await row.locator("td").allTextContents();
  return { sent: cells[1], delivered: cells[2], dropped: cells[3] };
}

// The instant that is shown, in seconds.
export const now = async (tab) => parseFloat(await tab.locator("#now").textContent());

// Goes to an instant, as somebody does who moves the slider.
export async function goTo(tab, seconds) {
  await tab.locator("#time").evaluate((slider, value) => {
    slider.value = String(value);
    slider.dispatchEvent(new Event("change"));
  }, seconds * 1e9);
  await tab.waitForFunction((value) => Math.abs(parseFloat(document.querySelector("#now").textContent) - value) < 0.001,
    seconds);
}
