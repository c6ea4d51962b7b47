// What is taken away from a lab: the capture, and the page as one file, which is opened from a folder with no network
// and plays what was recorded.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { button, choose, goTo, now, shown, traffic, visit } from "./lab.mjs";
import { axe, folder, launched, open, scenarios, vpcsim } from "./pages.mjs";

after(() => launched.close());

// Plays a lesson, adds a route at its second second, and takes something away at its third.
async function taken(choice, name, args = ["return-route"]) {
  const file = path.join(folder, `${choice}-${name}`);
  await visit(args, {}, async (tab) => {
    if (args[0] === "return-route") {
      await goTo(tab, 2);
      await choose(tab, "peering", "PeerConn");
      await tab.getByText("Add a route to table VPC1/A").click();
      const form = tab.getByRole("form", { name: "Add route to VPC1/A" });
      await form.getByLabel("Destination (CIDR)").fill("10.0.1.0/24");
      await form.getByRole("button").click();
      await shown(tab, "Add a route to table VPC1/A");
    }
    await goTo(tab, 3);
    await button(tab, "Take away…").click();
    const [download] = await Promise.all([tab.waitForEvent("download"), button(tab, choice, "dialog").click()]);
    assert.equal(download.suggestedFilename(), name);
    await download.saveAs(file);
  });
  return file;
}

test("the capture has the packets so far", async () => {
  const bytes = fs.readFileSync(await taken("Capture", "lab.pcapng"));
  assert.equal(bytes.readUInt32LE(0), 0x0a0d0d0a, "a section of pcapng");
  assert.ok(bytes.length > 2000, `${bytes.length} bytes`);
});

test("the page replays from a folder, with what was done, and changes nothing", async () => {
  const page = await taken("Replay", "lab.html");
  assert.ok(fs.statSync(page).size <= 300_000);
  await open(page, { bypassCSP: false }, async (tab) => {
    await tab.locator("[data-vpc]").first().waitFor();
    await shown(tab, /^A recording: all packets/, "header");
    assert.equal(await now(tab), 0);
    await tab.locator("#controls").getByLabel("Speed", { exact: true }).selectOption("1");
    await button(tab, "Play").click();
    await shown(tab, /no_route/, "#lines");
    await tab.locator("path.packet").first().waitFor();
    await button(tab, "Pause").click();
    await goTo(tab, 2.4);
    await shown(tab, /add_route/, "#view");
    await button(tab, "Next packet").click();
    await shown(tab, /delivered to VPC2\/db/, "#lines");
    await goTo(tab, 3);
    const { sent } = await traffic(tab, "ping");
    assert.equal(sent, "30");
    await goTo(tab, 1.5);
    await tab.locator("#view").getByText("add_route").first().waitFor({ state: "detached" });
    await choose(tab, "peering", "PeerConn");
    await button(tab, "Delete…").click();
    await button(tab, "Delete", "dialog").click();
    await shown(tab, /^This is a recording: /, "#failure");
    const [download] = await Promise.all([tab.waitForEvent("download"), button(tab, "Take away…").click()
      .then(() => button(tab, "Scenario", "dialog").click())]);
    const kept = path.join(folder, "replayed.toml");
    await download.saveAs(kept);
    assert.match(fs.readFileSync(kept, "utf8"), /do = "add_route"/);
    assert.ok(JSON.parse(vpcsim("run", kept, "--json")).packets.emitted > 30);
  });
});

test("of many packets it shows some, and says so; it breaks no rule of axe", async () => {
  const page = await taken("Replay", "lab.html", [path.join(scenarios, "bandwidth-cap.toml")]);
  assert.ok(fs.statSync(page).size <= 300_000);
  await open(page, {}, async (tab) => {
    await shown(tab, /^A recording: \d+ of [\d,]+ packets/, "header");
    await goTo(tab, 2);
    await tab.waitForFunction(() => document.querySelector("#lines").textContent.includes("dropped"));
  });
  const source = axe();
  if (!source) return;
  await open(page, { bypassCSP: true }, async (tab) => {
    await tab.locator("[data-vpc]").first().waitFor();
    await tab.evaluate(source);
    const { violations } = await tab.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((one) => one.id), []);
  });
});
