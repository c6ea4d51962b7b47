// The lab in one file: its engine gives the reports of the program, and the page opens from a folder, with nothing else.
// Run by .ci/wasm, which makes the file.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const { BROWSER, ENGINE, MODULES, PAGE, VPCSIM } = process.env;

const module = await WebAssembly.compile(readFileSync(ENGINE));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => assert.fail(`the engine asks for ${name}`);
}
const { memory, room, answer, answer_at } = (await WebAssembly.instantiate(module, imports)).exports;

function ask(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const at = room(bytes.length);
  new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
  const length = answer();
  return new TextDecoder().decode(new Uint8Array(memory.buffer, answer_at(), length));
}

const scenarios = (folder) =>
  readdirSync(folder).filter((name) => name.endsWith(".toml")).map((name) => join(folder, name));

for (const file of [...scenarios("scenarios"), ...scenarios("scenarios/lessons")]) {
  test(`the engine reports of ${file} what the program does`, () => {
    const ran = spawnSync(VPCSIM, ["run", "--json", file], { encoding: "utf8", maxBuffer: 1 << 28 });
    assert.equal(ask({ run: { file, text: readFileSync(file, "utf8") } }), ran.stdout);
  });
}

test("the file is small enough to be sent by mail", () => {
  assert.ok(statSync(PAGE).size <= 3_000_000);
});

// Opens the page from its folder, without a network, and fails if it complains.
async function visit(look) {
  const { chromium } = createRequire(join(MODULES, "x.js"))("playwright-core");
  const browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, offline: true });
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
    await browser.close();
  }
  assert.deepEqual(complaints, []);
}

const inBrowser = (name, look) => test(name, { skip: BROWSER ? false : "no Chromium" }, () => visit(look));

inBrowser("a network opens, plays and is asked", async (tab) => {
  await tab.getByRole("button", { name: "Next packet" }).click();
  await tab.locator("#totals").getByText(/[1-9]\d* sent/).waitFor();
});
