// The lab's page as a class meets it, in headless Chromium: a route is missing, somebody adds it and the replies come
// home; and all that the console of the product guide can do can be done there.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { button, choose, goTo, lab, now, settled, shown, traffic, visit } from "./lab.mjs";
import { folder, launched, scenarios, unruly, vpcsim, withoutAxe, written } from "./pages.mjs";

after(() => launched.close());

const scenario = (name) => path.join(scenarios, `${name}.toml`);
const overview = (tab) => button(tab, "Whole network").click();
const takeScenario = async (tab) => {
  await button(tab, "Take away…").click();
  await button(tab, "Scenario", "dialog").click();
};
const speed = (tab, value) => tab.locator("#controls").getByLabel("Speed", { exact: true }).selectOption(value);

// Two clouds, a ping between them, and no way back.
const PAIR = written("pair.toml", `
name = "pair"
duration = "20 s"
[account.me]
[account.bank]
[vpc.a]
account = "me"
region = "beijing"
cidr = "10.0.0.0/16"
[vpc.a.subnet.s]
cidr = "10.0.1.0/24"
routes = [{ to = "10.1.0.0/16", via = "p" }]
[vpc.a.host.h]
[vpc.b]
account = "me"
region = "guangzhou"
cidr = "10.1.0.0/16"
[vpc.b.subnet.s]
cidr = "10.1.1.0/24"
[vpc.b.host.h]
[vpc.c]
account = "me"
region = "shanghai"
cidr = "10.2.0.0/16"
[vpc.c.subnet.s]
cidr = "10.2.1.0/24"
[vpc.c.host.h]
[vpc.d]
account = "bank"
region = "beijing"
cidr = "10.3.0.0/16"
[vpc.d.subnet.s]
cidr = "10.3.1.0/24"
[vpc.d.host.h]
[peering.p]
requester = "a"
accepter = "b"
bandwidth = "10 Mbps"
[traffic.ping]
from = "a/h"
to = "b/h"
pattern = "ping"
interval = "1 s"
phase = "0 s"
`);

test("a route is missing, somebody adds it, and the replies come home", async () => {
  await visit([PAIR], {}, async (tab) => {
    await speed(tab, "1");
    await button(tab, "Play").click();
    await shown(tab, /no_route, the source subnet's route table/, "#lines");
    await shown(tab, "no_route", ".call");
    await button(tab, "Pause").click();
    await choose(tab, "peering", "p");
    await shown(tab, "b has no route over this peering.");
    await tab.getByText("Add a route to table b/s").click();
    await tab.getByRole("form", { name: "Add route to b/s" }).getByRole("button").click();
    await tab.getByText("b has no route over this peering.").waitFor({ state: "detached" });
    await overview(tab);
    const before = await traffic(tab, "ping");
    assert.match(before.delivered, /, 0 answered/);
    await button(tab, "Play").click();
    await shown(tab, /ping#\d+ \(reply\) delivered to a\/h/, "#lines");
    await button(tab, "Pause").click();
    assert.match((await traffic(tab, "ping")).delivered, /, [1-9]\d* answered/);
    // What was done can be taken away, and repeats it: the same numbers at the same instant.
    await goTo(tab, 14.5);
    const seen = await traffic(tab, "ping");
    const [download] = await Promise.all([tab.waitForEvent("download"), takeScenario(tab)]);
    const kept = path.join(folder, "kept.toml");
    await download.saveAs(kept);
    assert.match(fs.readFileSync(kept, "utf8"), /do = "add_route"/);
    const [{ sent, delivered, ping }] = JSON.parse(vpcsim("run", kept, "--json", "--set", "duration=14500 ms")).traffic;
    assert.equal(seen.sent, String(sent.packets));
    assert.equal(seen.delivered, `${delivered.packets}, ${ping.answered} answered`);
    assert.ok(ping.answered > 0 && ping.answered < sent.packets, "some before the route was there, and some after");
  });
});

test("the same by keyboard alone, with what would mend it", async () => {
  await visit([PAIR], {}, async (tab) => {
    const press = (key) => tab.keyboard.press(key);
    const tabTo = async (what) => {
      for (let n = 0; n < 80; n += 1) {
        await press("Tab");
        if (await tab.evaluate((text) => document.activeElement.textContent.trim() === text, what)) return;
      }
      assert.fail(`${what} cannot be reached`);
    };
    for (let n = 0; !(await tab.evaluate(() => document.activeElement.matches(".choosable"))); n += 1) {
      assert.ok(n < 20, "the picture can be reached");
      await press("Tab");
    }
    for (let n = 0; !(await tab.evaluate(() => document.activeElement.dataset.vpc === "a")); n += 1) {
      assert.ok(n < 20, "a can be reached");
      await press("ArrowRight");
    }
    await press("Enter");
    await shown(tab, "VPC a");
    await tabTo("a/h");
    await press("Enter");
    await shown(tab, "Host a/h");
    await tabTo("Explain");
    await press("Enter");
    await shown(tab, /no_return_route/);
    await tabTo("Do it");
    await press("Enter");
    await shown(tab, "They talk.");
    const backTo = async (id) => {
      for (let n = 0; !(await tab.evaluate((wanted) => document.activeElement.id === wanted, id)); n += 1) {
        assert.ok(n < 80, `${id} can be reached`);
        await press("Shift+Tab");
      }
    };
    await backTo("faster");
    for (let n = 0; n < 5; n += 1) await press("Enter");
    await backTo("play");
    await press("Space");
    await shown(tab, /\(reply\) delivered to a\/h/, "#lines");
  });
});

test("a peering within an account is in force at once, with a cap from the menu", async () => {
  await visit([PAIR], {}, async (tab) => {
    await button(tab, "Create a peering").click();
    const form = tab.getByRole("form", { name: "Create" });
    await form.getByLabel("Name").fill("fresh");
    await form.getByLabel("Local VPC").selectOption("a");
    await form.getByLabel("Peer network").selectOption("c");
    await form.getByLabel("Bandwidth").selectOption("50 Mbps");
    await form.getByRole("button").click();
    await shown(tab, "Peering fresh");
    await shown(tab, "ACTIVE");
    await shown(tab, "50 Mbps");
    await shown(tab, "To do: a route in a over this peering");
  });
});

test("a peering with another account waits until that one accepts, or rejects it", async () => {
  for (const [verb, after] of [["Accept", "ACTIVE"], ["Reject", "REJECTED"]]) {
    await visit([PAIR], {}, async (tab) => {
      await button(tab, "Create a peering").click();
      const form = tab.getByRole("form", { name: "Create" });
      await form.getByLabel("Name").fill("ask");
      await form.getByLabel("Local VPC").selectOption("b");
      await form.getByLabel("Peer account type").selectOption("other");
      await form.getByLabel("Peer account", { exact: true }).fill("bank");
      await form.getByLabel("Peer VPC").fill("d");
      await form.getByLabel("Bandwidth").selectOption("20 Mbps");
      await form.getByRole("button").click();
      await shown(tab, "PENDING");
      await shown(tab, "To do: accept it (bank)");
      await shown(tab, /10\.3\.0\.0\/16 in beijing, account bank/);
      await button(tab, verb, "#view").click();
      await shown(tab, after);
    });
  }
});

test("the page of details changes the bandwidth, renames, and deletes with the routes", async () => {
  await visit([PAIR], {}, async (tab) => {
    await choose(tab, "peering", "p");
    await shown(tab, /10\.1\.0\.0\/16/, "#view table");
    const form = tab.getByRole("form", { name: "Change Bandwidth" });
    await form.getByLabel("Bandwidth").selectOption("200 Mbps");
    await form.getByRole("button").click();
    await tab.locator("#view dl").getByText("200 Mbps").waitFor();
    await tab.getByRole("form", { name: "Rename" }).getByLabel("New name").fill("line");
    await button(tab, "Rename").click();
    await shown(tab, "Peering line");
    await button(tab, "Delete…").click();
    await shown(tab, "The routes over it go too: 1 route.", "dialog");
    await button(tab, "Delete", "dialog").click();
    await shown(tab, "DELETED");
    await overview(tab);
    await tab.locator("#view").getByRole("button", { name: "a", exact: true }).click();
    await tab.locator("#view").getByRole("button", { name: "table a/s" }).click();
    assert.deepEqual(await tab.locator("#view tbody tr td:first-child").allTextContents(), ["10.0.0.0/16"]);
  });
});

test("what flows is monitored, and a bucket empties while a queue fills", async () => {
  await visit([scenario("bandwidth-cap")], {}, async (tab) => {
    await choose(tab, "peering", "backup");
    const bucket = tab.getByRole("region", { name: "Buckets of backup" }).locator("tbody tr").first();
    const cells = async () => bucket.locator("th, td").allTextContents();
    const queue = () => tab.locator(".gauge .queue").evaluateAll((all) =>
      Math.max(...all.map((one) => parseFloat(one.getAttribute("height")))));
    const [, , full, nobody] = await cells();
    assert.equal(new Set(full.split(" of ")).size, 1, `a full bucket: ${full}`);
    assert.deepEqual([nobody, await queue()], ["0 B, 0 packets", 0]);
    await goTo(tab, 3);
    await goTo(tab, 5);
    const monitored = tab.getByRole("region", { name: "Monitoring of backup" }).locator("tbody tr").first();
    await tab.waitForFunction(() =>
      /Mbps/.test(document.querySelector("[aria-label='Monitoring of backup']").textContent));
    assert.match((await monitored.textContent()) ?? "", /(9\d|100|10\d)(\.\d+)? Mbps/);
    assert.match((await monitored.textContent()) ?? "", /3\d\.\d\d %/);
    const [, , tokens, waiting] = await cells();
    assert.equal(new Set(tokens.split(" of ")).size, 2, `an emptied bucket: ${tokens}`);
    assert.match(waiting, /^\d+(\.\d+)? kB, [1-9]\d* packets$/);
    assert.ok(await queue() > 0, "the queue is drawn");
    await shown(tab, / wait$/, ".queued >> visible=true");
  });
});

test("of a thousand packets in a moment some are drawn, and it says how many", async () => {
  await visit([scenario("bandwidth-cap")], {}, async (tab) => {
    await speed(tab, "1");
    await button(tab, "Play").click();
    await shown(tab, /Sampled: \d+ of \d+ packets shown/, "#sampled");
    await button(tab, "Pause").click();
    await settled(tab);
    const [some, all] = (await tab.locator("#sampled").textContent()).match(/\d+/g).map(Number);
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    const drawn = await tab.locator("path.packet").count();
    assert.ok(drawn <= 600, `${drawn} are drawn`);
  });
});

test("time goes by events, by packets, and back", async () => {
  await visit([PAIR], {}, async (tab) => {
    await button(tab, "Next packet").click();
    await shown(tab, /ping#1 sent by a\/h/, "#lines");
    await button(tab, "Next event").click();
    await shown(tab, /ping#1 delivered to b\/h/, "#lines");
    await button(tab, "Next packet").click();
    await tab.waitForFunction(() => parseFloat(document.querySelector("#now").textContent) >= 1);
    const later = await now(tab);
    await button(tab, "Back", "#controls").click();
    await tab.waitForFunction((than) => parseFloat(document.querySelector("#now").textContent) < than - 0.5, later);
    await speed(tab, "1");
    const [before, since] = [await now(tab), performance.now()];
    await button(tab, "Play").click();
    await tab.waitForFunction((than) => parseFloat(document.querySelector("#now").textContent) > than, before + 0.8);
    await button(tab, "Pause").click();
    const session = () => tab.evaluate(() => fetch("/api/lab/ask", { method: "POST", body: JSON.stringify({ ask: "state" }) })
      .then((answer) => answer.json()).then(({ state }) => state.now_ns / 1e9));
    await settled(tab);
    const paused = await session();
    await tab.waitForFunction((at) => Math.abs(parseFloat(document.querySelector("#now").textContent) - at) < 0.001, paused);
    // A slow machine is behind, and none is further ahead than the page asks for.
    const passed = (performance.now() - since) / 1000;
    assert.ok(paused - before < passed + 0.2, `${paused - before} s at 1x in ${passed} s`);
    await settled(tab);
    assert.deepEqual([await session(), await now(tab)].map((at) => at.toFixed(3)), [paused, paused].map((at) => at.toFixed(3)));
  });
});

test("a packet travels along its line and tells its story", async () => {
  await visit([PAIR], {}, async (tab) => {
    await speed(tab, "0.005");
    await button(tab, "Next packet").click();
    await button(tab, "Play").click();
    const dot = tab.locator("path.packet.departed").first();
    await dot.waitFor();
    const place = () => dot.getAttribute("transform");
    const first = await place();
    await tab.waitForFunction((was) =>
      document.querySelector("path.packet.departed")?.getAttribute("transform") !== was, first);
    await dot.dispatchEvent("click");
    await shown(tab, "Packet ping#1");
    await shown(tab, /looked up in table/);
    await tab.getByText("Its header, byte by byte").first().click();
    const header = tab.getByRole("region", { name: /^Header of echo request/ });
    assert.match(await header.textContent(), /source0a 00 01 \w\w10\.0\.1\.\d/);
    assert.match(await header.textContent(), /protocol011/);
  });
});

test("somebody who wants no motion gets none, and still every step", async () => {
  await visit([PAIR], { reducedMotion: "reduce" }, async (tab) => {
    await speed(tab, "0.005");
    await button(tab, "Next packet").click();
    await button(tab, "Play").click();
    const dot = tab.locator("path.packet.departed").first();
    await dot.waitFor();
    // Where it is drawn in each frame in which it is, and the instants of these frames.
    const [places, instants] = await tab.evaluate(() => new Promise((done) => {
      const [one, seen, times] = [document.querySelector("path.packet.departed"), new Set(), new Set()];
      const frame = () => {
        if (!one.isConnected || times.size > 10) return done([[...seen], times.size]);
        seen.add(one.getAttribute("transform"));
        times.add(document.querySelector("#now").textContent);
        requestAnimationFrame(frame);
      };
      frame();
    }));
    assert.ok(instants > 1, "time goes on");
    assert.equal(places.length, 1, places.join(" "));
    await speed(tab, "1");
    await shown(tab, /ping#1 delivered/, "#lines");
  });
});

test("a host sends pings, UDP and TCP", async () => {
  await visit([PAIR], {}, async (tab) => {
    await tab.locator("text.host", { hasText: "h" }).first().click();
    await shown(tab, /^Host /);
    for (const [pattern, amount] of [["ping", "100 ms"], ["constant", "1 Mbps"], ["tcp", "10 kB"]]) {
      const form = tab.getByRole("form", { name: "Send" });
      await form.getByLabel("What").selectOption(pattern);
      await form.getByRole("textbox").last().fill(amount);
      await form.getByRole("button").click();
      await shown(tab, /lab-\d sends from/);
    }
    await overview(tab);
    for (const entry of ["lab-1 (ping)", "lab-2 (constant)", "lab-3 (tcp)"]) {
      await tab.waitForFunction((name) => [...document.querySelectorAll("#view tr")].some((row) =>
        row.textContent.startsWith(name) && row.cells[1].textContent !== "0"), entry);
    }
  });
});

test("routes are disabled, enabled, removed and added", async () => {
  await visit([PAIR], {}, async (tab) => {
    await choose(tab, "vpc", "a");
    await tab.locator("#view").getByRole("button", { name: "table a/s" }).click();
    await button(tab, "Disable 10.1.0.0/16").click();
    await shown(tab, "disabled");
    await button(tab, "Enable 10.1.0.0/16").click();
    await button(tab, "Disable 10.1.0.0/16").waitFor();
    await button(tab, "Remove 10.1.0.0/16").click();
    await button(tab, "Remove 10.1.0.0/16").waitFor({ state: "detached" });
    const form = tab.getByRole("form", { name: "Add route to a/s" });
    await form.getByLabel("Destination (CIDR)").fill("10.1.1.0/24");
    await form.getByLabel("Next hop").selectOption("");
    await form.getByRole("button").click();
    await shown(tab, "blackhole", "#view table");
  });
});

test("what is refused shows its code and what it means", async () => {
  await visit([PAIR], {}, async (tab) => {
    await choose(tab, "peering", "p");
    await button(tab, "Accept", "#view").click();
    await shown(tab, /^Refused: \w/, "#failure");
    assert.ok((await tab.locator("#failure p").textContent()).length > 20);
    await button(tab, "Close", "#failure").click();
    await tab.locator("#failure").waitFor({ state: "hidden" });
  });
});

test("the bill so far is that of the program", async () => {
  await visit([scenario("quick-start")], {}, async (tab) => {
    await goTo(tab, 10);
    await button(tab, "The bill so far").click();
    const [line] = JSON.parse(vpcsim("bill", scenario("quick-start"), "--json")).lines;
    await shown(tab, line.amount, "#view table");
  });
});

test("a scenario is opened, wrong ones are complained of by line and column, and one can start anew", async () => {
  await visit([PAIR], {}, async (tab) => {
    await button(tab, "Open…").click();
    const form = tab.getByRole("form", { name: "Open" });
    await form.getByLabel("Or as text").fill('name = "x"\nduration = "soon"\n');
    await button(tab, "Open", "dialog").click();
    await shown(tab, /Line 2, column \d+/, "dialog");
    await form.getByLabel("From a file").setInputFiles(scenario("hub-and-spokes"));
    await tab.waitForFunction(() => document.querySelector("dialog textarea").value.includes("hub"));
    await button(tab, "Open", "dialog").click();
    await tab.locator("[data-vpc=hub]").waitFor();
    await button(tab, "Start anew").click();
    await button(tab, "Start anew", "dialog").click();
    await tab.locator("[data-peering=p]").waitFor();
  });
});

test("a hostile name stays text", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  const text = fs.readFileSync(PAIR, "utf8").replace('name = "pair"', `name = "${evil}"`)
    .replace("[vpc.b]", `[vpc.b]\nlabel = "${evil}"`).replace("[peering.p]", `[peering.p]\nlabel = "${evil}"`);
  await visit([written("evil.toml", `# Question: ${evil}?\n${text}`)], {}, async (tab) => {
    await choose(tab, "vpc", "b");
    await shown(tab, evil);
    await choose(tab, "peering", "p");
    await shown(tab, evil);
    assert.equal(await tab.locator("#scenario").textContent(), evil);
    assert.equal(await tab.locator("img").count(), 0);
  });
});

test("two pages on one network follow each other", async () => {
  await visit([PAIR], {}, async (tab, page) => {
    const other = await page();
    await other.locator("[data-vpc]").first().waitFor();
    await goTo(tab, 5);
    await other.waitForFunction(() => document.querySelector("#now").textContent.startsWith("5.0"));
    await button(tab, "Next packet").click();
    await shown(other, /sent by a\/h/, "#lines");
    await choose(other, "peering", "p");
    await tab.locator("#title").waitFor();
    await choose(tab, "peering", "p");
    await button(tab, "Cut the transport").click();
    await button(other, "Mend the transport").waitFor();
    await button(other, "Mend the transport").click();
    await button(tab, "Cut the transport").waitFor();
  });
});

test("a class begins networks of its own, and joins by a code", async () => {
  await visit([PAIR, "--class", "2"], {}, async (tab, page) => {
    await button(tab, "Begin your network").click();
    await tab.locator("[data-vpc]").first().waitFor();
    const code = new URL(tab.url()).hash.slice(1);
    assert.match(code, /^[a-z]{8}$/);
    await shown(tab, code, "header");
    const other = await page();
    await other.getByLabel("Join with a code").fill(code.toUpperCase());
    await button(other, "Join").click();
    await other.locator("[data-vpc]").first().waitFor();
    await goTo(tab, 3);
    await other.waitForFunction(() => document.querySelector("#now").textContent.startsWith("3.0"));
    await other.reload();
    await other.locator("[data-vpc]").first().waitFor();
  });
});

test("a large network is moved and enlarged by wheel and keys", async () => {
  const large = path.join(folder, "large.toml");
  vpcsim("new", "--scale", "vpcs=60,hosts=300,sources=60", "-o", large);
  await visit([large], {}, async (tab) => {
    const moved = () => tab.locator("#board svg > g").getAttribute("transform");
    const whole = await moved();
    await tab.mouse.move(300, 300);
    await tab.mouse.wheel(0, -400);
    await tab.waitForFunction((was) =>
      document.querySelector("#board svg > g").getAttribute("transform") !== was, whole);
    await tab.locator(".choosable[tabindex='0']").focus();
    const near = await moved();
    await tab.keyboard.press("Shift+ArrowRight");
    assert.notEqual(await moved(), near);
    await tab.keyboard.press("0");
    assert.equal(await moved(), whole);
  });
});

// All that somebody may look at, one after the other.
const LOOKS = [
  async () => {},
  async (tab) => choose(tab, "peering", "p"),
  async (tab) => choose(tab, "vpc", "a"),
  async (tab) => tab.locator("#view").getByRole("button", { name: "a/h" }).click(),
  async (tab) => button(tab, "Explain").click(),
  async (tab) => button(tab, "Next packet").click(),
  async (tab) => tab.locator("#lines button").first().click(),
  async (tab) => overview(tab).then(() => button(tab, "Create a peering").click()),
  async (tab) => overview(tab).then(() => button(tab, "ping", "#view").click()),
  async (tab) => overview(tab).then(() => button(tab, "The scenario as text").click()),
  async (tab) => button(tab, "Take away…").click(),
  async (tab) => button(tab, "Close", "dialog").click().then(() => button(tab, "Lessons…").click()),
  async (tab) => tab.locator("dialog ol button").nth(1).click(),
  async (tab) => button(tab, "Check the goals").click(),
];

const VIEWPORTS = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];

// Looks at everything; `examine` says what is wrong.
async function everywhere(options, examine) {
  await visit([PAIR], options, async (tab) => {
    for (const look of LOOKS) {
      await look(tab);
      await settled(tab);
      const where = `${JSON.stringify(options)} ${await tab.locator("#title").textContent()}`;
      assert.deepEqual(await examine(tab), [], where);
    }
  });
}

test("it fits narrow screens", async () => {
  for (const viewport of VIEWPORTS) {
    await everywhere({ viewport }, async (tab) => {
      const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      return wide > 0 ? [`${wide} too wide`] : [];
    });
  }
});

test("it breaks no rule of axe, in light and dark", { skip: withoutAxe }, async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of VIEWPORTS) await everywhere({ colorScheme, viewport, bypassCSP: true }, unruly);
  }
});

test("the types of the page agree with the protocol", (context) => {
  const tsc = path.join(process.env.MODULES, "node_modules/typescript/bin/tsc");
  if (!fs.existsSync(tsc)) return context.skip("no typescript");
  const config = path.join(folder, "tsconfig.json");
  fs.writeFileSync(config, JSON.stringify({
    compilerOptions: {
      allowJs: true, checkJs: true, noEmit: true, strict: true, types: [],
      target: "es2023", lib: ["es2023", "dom", "dom.iterable"], module: "es2022", moduleResolution: "bundler",
    },
    include: ["*", "alone/*"].map((files) => path.resolve(import.meta.dirname, "../../src/cli/lab/page", files)),
  }));
  const said = spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8" });
  assert.deepEqual([said.status, said.stdout, said.stderr], [0, "", ""]);
});

test("a lab that ended is told of", async () => {
  const { address, end } = await lab(PAIR);
  const tab = await launched.newPage();
  await tab.goto(address);
  await tab.locator("[data-vpc]").first().waitFor();
  await end();
  await button(tab, "Next packet").click();
  await shown(tab, /the lab does not answer/, "#failure");
  await tab.close();
});
