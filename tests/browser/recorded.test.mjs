// What is taken away from a lab: the capture, and the page as one file, which is opened from a folder with no network
// and plays what was recorded.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { button, choose, goTo, now, shown, traffic, visit } from "./lab.mjs";
import { folder, launched, open, scenarios, unruly, vpcsim, withoutAxe } from "./pages.mjs";

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

// The packets of a capture, in order: what each bears on the wire. Blocks of pcapng are length-prefixed; 6 is a packet.
function packets(file) {
  const bytes = fs.readFileSync(file);
  assert.equal(bytes.readUInt32LE(0), 0x0a0d0d0a, "a section of pcapng");
  const found = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) !== 6) continue;
    found.push(bytes.subarray(at + 28, at + 28 + bytes.readUInt32LE(at + 20)).toString("hex"));
  }
  return found;
}

test("the capture has the packets so far, those of a run that does the same", async () => {
  const found = packets(await taken("Capture", "lab.pcapng"));
  const twin = path.join(folder, "twin.pcapng");
  const route = ["--do", "2 s add_route 10.0.1.0/24 via=PeerConn subnet=VPC1/A"];
  const lesson = path.join(scenarios, "lessons/return-route.toml");
  vpcsim("run", "-q", lesson, ...route, "--set", "duration=3 s", "--pcap", twin);
  assert.ok(found.length > 30, `${found.length} packets`);
  assert.deepEqual(found, packets(twin));
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

test("of many packets it shows some, and says so", async () => {
  const page = await taken("Replay", "lab.html", [path.join(scenarios, "bandwidth-cap.toml")]);
  assert.ok(fs.statSync(page).size <= 300_000);
  await open(page, {}, async (tab) => {
    await shown(tab, /^A recording: \d+ of [\d,]+ packets/, "header");
    await goTo(tab, 2);
    await tab.waitForFunction(() => document.querySelector("#lines").textContent.includes("dropped"));
  });
});

test("it breaks no rule of axe", { skip: withoutAxe }, async () => {
  const page = await taken("Replay", "lab.html", [path.join(scenarios, "bandwidth-cap.toml")]);
  await open(page, { bypassCSP: true }, async (tab) => {
    await tab.locator("[data-vpc]").first().waitFor();
    assert.deepEqual(await unruly(tab), []);
  });
});
