// How each lesson is learnt, from its question to its last stage, by clicks or by keyboard alone. What solves a lesson
// stands in a table; what each hand does with it, in `hands`.

import assert from "node:assert/strict";
import { button, shown } from "./lab.mjs";

// How something is pressed, filled in and chosen.
export const hands = {
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
export async function reach(tab, what) {
  await what.waitFor();
  const isThere = () => what.evaluate((one) => one === document.activeElement);
  for (let n = 0; !(await isThere()); n += 1) {
    assert.ok(n < 200, `${what} can be reached`);
    await tab.keyboard.press("Tab");
  }
}

// From wherever one is to the overview, and on by the names of links; a peering stands after traffic of the same name.
export async function go(tab, hand, ...links) {
  const overview = button(tab, "Whole network", "#ways");
  if (await overview.count()) await hand.press(tab, overview);
  await shown(tab, "The network", "#title");
  for (const link of links) {
    const found = button(tab, link.traffic ?? link, "#view");
    await hand.press(tab, link.traffic ? found.first() : found.last());
  }
}

export const form = (tab, name) => tab.getByRole("form", { name, exact: true });
export const submit = (tab, hand, name) => hand.press(tab, form(tab, name).locator("button[type=submit]"));

async function filled(tab, hand, name, values) {
  for (const [label, value] of Object.entries(values)) {
    const field = form(tab, name).getByLabel(label, { exact: true });
    const isList = await field.evaluate((one) => one.matches("select"));
    await (isList ? hand.pick : hand.fill)(tab, field, value);
  }
  await submit(tab, hand, name);
}

// What somebody does in a lesson.
export const route = (table, to, via) => async (tab, hand) => {
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
export const SOLVED = {
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
// One of each track.
export const SOME = ["return-route", "bucket", "expiry"];

// Opens a lesson from the list, guesses, looks, compares, is told what is missing, mends it, and reaches every stage.
export async function learn(tab, hand, { title, track }, [stages, ...steps]) {
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
