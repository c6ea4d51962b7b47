// Each lesson, as a learner does it: by clicks, and again by keyboard alone; and what else a learner meets.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { button, now, shown, visit } from "./lab.mjs";
import { SOLVED, form, go, hands, learn, reach, route, submit } from "./lessons.mjs";
import { launched } from "./pages.mjs";

after(() => launched.close());

// What the list says of a lesson.
async function told(tab, name) {
  const { lessons } = await tab.evaluate(() => fetch("/api/about").then((answer) => answer.json()));
  return lessons.find((lesson) => lesson.name === name);
}

for (const [name, solved] of Object.entries(SOLVED)) {
  test(`${name} is solved by clicks`, () => visit([], {}, async (tab) => {
    await learn(tab, hands.clicks, await told(tab, name), solved);
  }));
}

for (const [name, solved] of Object.entries(SOLVED)) {
  test(`${name} is solved by keyboard alone`, () => visit([], {}, async (tab) => {
    // A mouse would be told of.
    await tab.evaluate(() => {
      globalThis.pressed = 0;
      addEventListener("pointerdown", () => (globalThis.pressed += 1), { capture: true });
    });
    await learn(tab, hands.keyboard, await told(tab, name), solved);
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
