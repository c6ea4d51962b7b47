// Each lesson, from its question to its last stage, as a learner does it: by clicks, and of each track one by keyboard
// alone. What solves a lesson stands in a table; what each hand does with it, in `hands`.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { button, now, shown, visit } from "./lab.mjs";
import { launched } from "./pages.mjs";

after(() => launched.close());

// How something is pressed, filled in and chosen.
const hands = {
  clicks: {
    press: (_, what) => what.click(),
    fill: (_, field, text) => field.fill(text),
    pick: (_, list, value) => list.selectOption(value),
    tick: (_, box) => box.check(),
  },
  keyboard: {
    press: async (tab, what) => {
      await reach(tab, what);
      await tab.keyboard.press("Enter");
    },
    fill: async (tab, field, text) => {
      await reach(tab, field);
      await tab.keyboard.press("Control+A");
      await tab.keyboard.press("Delete");
      await tab.keyboard.type(text);
    },
    pick: async (tab, list, value) => {
      await reach(tab, list);
      await tab.keyboard.press("Home");
      for (let n = 0; (await list.inputValue()) !== value; n += 1) {
        assert.ok(n < 40, `${value} can be chosen`);
        await tab.keyboard.press("ArrowDown");
      }
    },
    tick: async (tab, box) => {
      await reach(tab, box);
      await tab.keyboard.press("Space");
    },
  },
};

// Goes from thing to thing until one has the focus.
async function reach(tab, what) {
  await what.waitFor();
  const isThere = () => what.evaluate((one) => one === document.activeElement);
  for (let n = 0; !(await isThere()); n += 1) {
    assert.ok(n < 200, `${what} can be reached`);
    await tab.keyboard.press("Tab");
  }
}

// From wherever one is to the overview, and on by the names of links; a peering stands after traffic of the same name.
async function go(tab, hand, ...links) {
  const overview = button(tab, "Whole network", "#ways");
  if (await overview.count()) await hand.press(tab, overview);
  await shown(tab, "The network", "#title");
  for (const link of links) {
    const found = button(tab, link.traffic ?? link, "#view");
    await hand.press(tab, link.traffic ? found.first() : found.last());
  }
}

const form = (tab, name) => tab.getByRole("form", { name, exact: true });
const submit = (tab, hand, name) => hand.press(tab, form(tab, name).locator("button[type=submit]"));

async function filled(tab, hand, name, values) {
  for (const [label, value] of Object.entries(values)) {
    const field = form(tab, name).getByLabel(label, { exact: true });
    const isList = await field.evaluate((one) => one.matches("select"));
    await (isList ? hand.pick : hand.fill)(tab, field, value);
  }
  await submit(tab, hand, name);
}

// What somebody does in a lesson.
const route = (table, to, via) => async (tab, hand) => {
  await go(tab, hand, table.split("/")[0], `table ${table}`);
  await filled(tab, hand, `Add route to ${table}`, { "Destination (CIDR)": to, "Next hop": via });
  await tab.locator("#view td", { hasText: to }).first().waitFor();
};
const withoutRoute = (table, to) => async (tab, hand) => {
  await go(tab, hand, table.split("/")[0], `table ${table}`);
  await hand.press(tab, button(tab, `Remove ${to}`));
  await button(tab, `Remove ${to}`).waitFor({ state: "detached" });
};
const always = (links, name, values) => async (tab, hand) => {
  await go(tab, hand, ...links);
  await filled(tab, hand, name, values);
  await shown(tab, /^As if it had always been so: /);
};
const peering = (name, values) => always([name], "Bucket, queue and nodes from the beginning", values);
const traffic = (name, values) => always([{ traffic: name }], "Its plan", values);
const at = (time, seconds) => async (tab, hand) => {
  await filled(tab, hand, "Go to an instant", { "Go to": time });
  await tab.waitForFunction((value) => parseFloat(document.querySelector("#now").textContent) === value, seconds);
};
const bandwidth = (name, value) => async (tab, hand) => {
  await go(tab, hand, name);
  await filled(tab, hand, "Change Bandwidth", { Bandwidth: value });
  await shown(tab, value, "#view dl");
};
const verb = (name, what, state) => async (tab, hand) => {
  await go(tab, hand, name);
  await hand.press(tab, button(tab, what, "#view"));
  await shown(tab, state, "#view dl");
};
const create = (values) => async (tab, hand) => {
  await go(tab, hand, "Create a peering");
  await filled(tab, hand, "Create", values);
  await shown(tab, "ACTIVE", "#view dl");
};

// By lesson: how many stages it has, and what solves all of them.
const SOLVED = {
  "longest-prefix": [2, route("hub/apps", "10.8.2.0/24", "to-green"), route("hub/apps", "10.8.2.99/32", "to-blue")],
  "return-route": [2, route("VPC1/A", "10.0.1.0/24", "PeerConn"), route("VPC2/B", "192.168.1.0/24", "PeerConn")],
  "non-transitivity": [2, create({ Name: "direct", "Local VPC": "VPC2", "Peer network": "VPC3" }),
    withoutRoute("VPC2/A", "10.3.0.0/16"), route("VPC2/A", "10.3.0.0/16", "direct"),
    withoutRoute("VPC3/A", "10.2.0.0/16"), route("VPC3/A", "10.2.0.0/16", "direct")],
  overlap: [2, route("shop/front", "10.8.2.0/24", "shop-green"), route("shop/front", "10.8.1.20/32", "shop-green")],
  spoofing: [2,
    always(["VPC1"], "From the beginning", { "CIDRs, with commas between them": "10.1.0.0/16, 10.77.0.0/24" }),
    always(["VPC1", "VPC1/balancer"], "From the beginning", { "Sources of what it sends": "false" })],
  ttl: [2, traffic("near", { ttl: "2" }), traffic("far", { ttl: "3" })],
  bucket: [2, peering("bursty", { Burst: "100 kB" }), peering("steady", { Rate: "30 Mbps" })],
  queue: [2, peering("copies", { Queue: "20 ms" }), peering("calls", { Queue: "10 ms" })],
  "policer-or-shaper": [2, peering("backup", { Queue: "10 ms" }), peering("clock", { Queue: "0 packets" })],
  "tcp-over-a-cap": [2, peering("backup", { Rate: "100 Mbps" }), traffic("copy", { window: "1 MB" })],
  "changing-the-cap": [2, at("10 s", 10), bandwidth("backup", "50 Mbps"), at("21 s", 21),
    bandwidth("backup", "10 Mbps")],
  "two-flows": [2, traffic("batch", { start: "10 s", stop: "18 s" }), peering("mixed", { Rate: "50 Mbps" })],
  "five-minute-peaks": [1, traffic("copy", { start: "525 s", stop: "675 s" })],
  tiers: [2, peering("line", { Rate: "32 Mbps" })],
  "free-quota": [2, traffic("second", { start: "900 s", stop: "1200 s" })],
  failover: [2, peering("stays", { Failover: "true" }), peering("moves", { "A failure is noticed after": "200 ms" })],
  deletion: [2, at("3 s", 3), route("VPC1/A", "10.2.0.0/16", "peer"), route("VPC2/B", "10.1.0.0/16", "peer")],
  expiry: [2, at("8 d", 691_200), verb("request", "Enable", "PENDING"), at("9 d", 777_600),
    verb("request", "Accept", "ACTIVE")],
};
const BY_KEYBOARD = ["return-route", "bucket", "expiry"];

// Opens a lesson from the list, guesses, looks, compares, is told what is missing, mends it, and reaches every stage.
async function learn(tab, hand, name, [stages, ...steps]) {
  const { lessons } = await tab.evaluate(() => fetch("/api/about").then((answer) => answer.json()));
  const { title, track } = lessons.find((lesson) => lesson.name === name);
  await hand.press(tab, button(tab, "Lessons…", "header"));
  await hand.press(tab, tab.locator("dialog").getByLabel(track).getByRole("button", { name: title, exact: true }));
  await shown(tab, `Lesson: ${title}`, "#lesson");
  await shown(tab, `0 of ${stages} stages reached.`, "#lesson");
  const guess = tab.locator("#lesson form").first();
  await hand.tick(tab, guess.getByRole("radio").first());
  await hand.press(tab, guess.getByRole("button", { name: "Guess" }));
  await shown(tab, "Now play, and see what happens.", "#lesson");
  await hand.press(tab, button(tab, "Next packet"));
  await hand.press(tab, button(tab, "Compare with the answer"));
  await shown(tab, /^(Right|Not so)\. /, "#lesson");
  await hand.press(tab, button(tab, "Check the goals"));
  await shown(tab, "Not yet.", "#lesson");
  assert.ok((await tab.locator("#lesson .why").first().textContent()).length > 40, "a hint");
  for (const step of steps) await step(tab, hand);
  await hand.press(tab, button(tab, "Check the goals"));
  await shown(tab, `${stages} of ${stages} stages reached.`, "#lesson");
  assert.equal(await tab.locator("#lesson").getByText("Reached.", { exact: true }).count(), stages);
}

for (const [name, solved] of Object.entries(SOLVED)) {
  test(`${name} is solved by clicks`, () => visit([], {}, (tab) => learn(tab, hands.clicks, name, solved)));
}

for (const name of BY_KEYBOARD) {
  test(`${name} is solved by keyboard alone`, () => visit([], {}, async (tab) => {
    // A mouse would be told of.
    await tab.evaluate(() => {
      globalThis.pressed = 0;
      addEventListener("pointerdown", () => (globalThis.pressed += 1), { capture: true });
    });
    await learn(tab, hands.keyboard, name, SOLVED[name]);
    assert.equal(await tab.evaluate(() => globalThis.pressed), 0);
  }));
}

test("the table has every lesson", async () => {
  await visit([], {}, async (tab) => {
    const { lessons } = await tab.evaluate(() => fetch("/api/about").then((answer) => answer.json()));
    assert.deepEqual(lessons.map((lesson) => lesson.name).sort(), Object.keys(SOLVED).sort());
  });
});

test("a stage is begun where the one before ends, and the next lesson follows the last stage", async () => {
  await visit(["return-route"], {}, async (tab) => {
    const second = tab.locator("#lesson details.stage").last();
    await second.locator("summary").click();
    await button(tab, "Begin at this stage").click();
    await tab.waitForFunction(() => document.querySelector("#view").textContent.includes("add_route"));
    assert.equal(await now(tab), 0);
    await button(tab, "Check the goals").click();
    await shown(tab, "1 of 2 stages reached.", "#lesson");
    await route("VPC2/B", "192.168.1.0/24", "PeerConn")(tab, hands.clicks);
    await button(tab, "Check the goals").click();
    await button(tab, /^Next lesson: /, "#lesson").click();
    await shown(tab, /^Lesson: .*transitive/, "#lesson");
  });
});

test("what a lesson fixes and somebody changes in the text is complained of; a mistake is found by line", async () => {
  await visit(["ttl"], {}, async (tab) => {
    await go(tab, hands.clicks, "The scenario as text");
    const area = form(tab, "Text").getByLabel("Scenario");
    const text = await area.inputValue();
    const line = text.split("\n").findIndex((one) => one.startsWith("interval")) + 1;
    await area.fill(text.replace('"500 ms"', '"soon"'));
    await submit(tab, hands.clicks, "Text");
    const place = tab.locator("#failure").getByRole("button", { name: new RegExp(`^Line ${line}, column`) });
    await place.click();
    assert.equal(await area.evaluate((one) => one.value.slice(0, one.selectionStart).split("\n").length), line);
    await area.fill(text.replace('"500 ms"', '"250 ms"'));
    await submit(tab, hands.clicks, "Text");
    await shown(tab, "Applied.");
    await button(tab, "Check the goals").click();
    await shown(tab, /The lesson fixes traffic\.near\.interval/, "#lesson");
  });
});

test("a dial is turned by arrows, and what was done stays done", async () => {
  await visit(["bucket"], {}, async (tab) => {
    await go(tab, hands.clicks, "bursty");
    const dial = tab.getByRole("slider", { name: "Burst, dial" });
    await reach(tab, dial);
    const before = await dial.getAttribute("aria-valuetext");
    assert.equal(before, "15 kB");
    await tab.keyboard.press("ArrowRight");
    await shown(tab, "As if it had always been so: burst 30 kB.");
    await tab.getByRole("region", { name: "Buckets of bursty" }).getByText("of 30 kB").first().waitFor();
    assert.ok(await dial.evaluate((one) => one === document.activeElement), "it keeps the focus");
  });
});
