// The lab in one file opens from a folder, with nothing else. Run by .ci/wasm, which makes it: PAGE.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ask } from "./engine.mjs";
import { SOLVED, SOME, hands, learn } from "./lessons.mjs";
import { launched } from "./pages.mjs";

const { PAGE } = process.env;

after(() => launched.close());

// Opens the page from its folder, without a network, and fails if it complains.
async function visit(look) {
  const context = await launched.newContext({ viewport: { width: 1280, height: 800 }, offline: true });
  const complaints = [];
  const tab = await context.newPage();
  tab.setDefaultTimeout(20_000);
  tab.on("console", (said) => complaints.push(said.text()));
  tab.on("pageerror", (error) => complaints.push(error.message));
  try {
    await tab.goto(pathToFileURL(PAGE).href);
    await tab.locator("[data-vpc]").first().waitFor();
    await look(tab);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, []);
}

test("the file is small enough to be sent by mail", () => {
  assert.ok(statSync(PAGE).size <= 3_000_000);
});

test("a network opens, plays and is asked", () => visit(async (tab) => {
  await tab.getByRole("button", { name: "Next packet" }).click();
  await tab.locator("#totals").getByText(/[1-9]\d* sent/).waitFor();
}));

const { lessons } = JSON.parse(ask({ about: {} }));
for (const name of SOME) {
  const lesson = lessons.find((one) => one.name === name);
  test(`the lesson ${name} is solved`, () => visit((tab) => learn(tab, hands.clicks, lesson, SOLVED[name])));
}
