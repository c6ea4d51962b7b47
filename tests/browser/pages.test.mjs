// Pages as a reader meets them, in headless Chromium: their numbers are those of the JSON, everything sorts, is found
// and can be reached by keyboard, without script the answer stands, and nobody is asked for anything.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { SOMETHING, TABLES, billTables, expected } from "./numbers.mjs";
import { launched, made, open, scenarios, tables, unruly, vpcsim, withoutAxe, written } from "./pages.mjs";

after(() => launched.close());

const shipped = fs.readdirSync(scenarios).filter((name) => name.endsWith(".toml")).sort();
const scenario = (name) => path.join(scenarios, `${name}.toml`);

// Every table that is shown, and every column of it, has its twin.
function compare(name, shown, twin) {
  const titles = Object.keys(shown);
  assert.deepEqual(titles.filter((title) => !twin.some(([known]) => known === title)), [], `${name}: tables`);
  for (const [title, rows] of twin) {
    assert.equal((shown[title] ?? []).length, rows.length, `${name}: ${title}`);
    rows.forEach((row, at) => {
      const there = Object.keys(shown[title][at]);
      assert.deepEqual(there.filter((column) => !(column in row)), [], `${name}: columns of ${title}`);
      for (const [column, value] of Object.entries(row)) {
        const found = shown[title][at][column] ?? null;
        const is = `${name}: ${title}, row ${at}, ${column}`;
        if (value === SOMETHING) assert.ok(found, is);
        else assert.equal(found, value === null ? null : String(value), is);
      }
    });
  }
}

// A document inside a page, or none.
const documentOf = (tab, id) => tab.evaluate((name) =>
  JSON.parse(document.querySelector(`script#${name}`)?.textContent ?? "null"), id);

// Two at a time.
async function inTurn(all, look) {
  const left = [...all];
  const work = async () => {
    while (left.length > 0) await look(left.shift());
  };
  await Promise.all([work(), work()]);
}

const overflow = (tab) => tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test("the numbers of every shipped scenario are those of its JSON, at every width", async () => {
  await inTurn(shipped, async (name) => {
    const { page, json } = made("run", path.join(scenarios, name));
    await open(page, { viewport: { width: 400, height: 800 }, colorScheme: "dark" }, async (tab) => {
      const [course, bill] = [await documentOf(tab, "course"), await documentOf(tab, "bill")];
      const billed = bill ? expected(billTables(bill), bill) : [];
      compare(name, await tables(tab), [...expected(TABLES, { ...json, course }), ...billed]);
      assert.ok(await overflow(tab) <= 0, `${name} is wider than a narrow screen`);
      await tab.setViewportSize({ width: 1280, height: 900 });
      assert.ok(await overflow(tab) <= 0, `${name} is wider than a screen`);
      assert.ok(await tab.locator("figure svg").count() > 0 || json.packets.emitted === 0, `${name} has charts`);
    });
  });
});

test("the numbers of bills are those of their JSON", async () => {
  for (const name of shipped.filter((file) => file.startsWith("bill-"))) {
    const { page, json } = made("bill", path.join(scenarios, name), "--what-if", "0.1 %");
    await open(page, {}, async (tab) => {
      compare(name, await tables(tab), expected(billTables(json), json));
      await tab.setViewportSize({ width: 400, height: 800 });
      assert.ok(await overflow(tab) <= 0, `${name} is wider than a narrow screen`);
    });
  }
});

test("numbers are printed as in the text report", async () => {
  const text = vpcsim("run", scenario("quick-start"));
  await open(made("run", scenario("quick-start")).page, {}, async (tab) => {
    for (const title of ["offered bytes", "carried bytes", "average rate", "delay p50", "cap"]) {
      const shown = await tab.evaluate((column) => {
        const table = [...document.querySelectorAll("table")].find((one) => one.caption.textContent === "Peerings");
        const at = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === column);
        return [...table.tBodies[0].rows].map((row) => row.cells[at].textContent);
      }, title);
      for (const value of shown) assert.ok(text.includes(value), `${title}: ${value}`);
    }
  });
});

test("a chart shows the sums of the course", async () => {
  await open(made("run", scenario("bandwidth-cap")).page, {}, async (tab) => {
    const figure = tab.locator("figure", { hasText: "Dropped packets per" }).first();
    await figure.locator("summary").click();
    const shown = await figure.evaluate((one) => [...one.querySelectorAll("tbody tr")].map((row) => Number(row.cells[1].dataset.value)));
    const course = JSON.parse(await tab.locator("#course").textContent());
    const { shaper_queue_full: dropped } = course.links[0].dropped;
    assert.deepEqual(shown, Array.from({ length: course.points }, (_, k) => dropped[k] ?? 0));
    const report = JSON.parse(await tab.locator("#report").textContent());
    assert.equal(shown.reduce((a, b) => a + b, 0), report.links[0].shaper_drops);
  });
});

test("a column sorts by click and by keyboard, numbers as numbers", async () => {
  await open(made("run", scenario("busy-hub-day")).page, {}, async (tab) => {
    const table = tab.locator("table", { has: tab.locator("caption", { hasText: /^Peerings$/ }) });
    const header = table.locator("thead th", { hasText: /^offered$/ });
    const column = () => table.evaluate((one) => {
      const at = [...one.tHead.rows[0].cells].findIndex((cell) => cell.textContent === "offered");
      return [...one.tBodies[0].rows].map((row) => Number(row.cells[at].dataset.value));
    });
    const before = await column();
    const sorted = [...before].sort((a, b) => a - b);
    await header.locator("button").click();
    assert.deepEqual([await header.getAttribute("aria-sort"), await column()], ["ascending", sorted]);
    await header.locator("button").press("Enter");
    assert.deepEqual([await header.getAttribute("aria-sort"), await column()], ["descending", sorted.reverse()]);
    await header.locator("button").press("Enter");
    assert.deepEqual([await header.getAttribute("aria-sort"), await column()], ["none", before]);
  });
});

test("the search finds rows and charts, and says how many", async () => {
  await open(made("run", scenario("busy-hub-day")).page, {}, async (tab) => {
    const rows = tab.locator("#drawn .found-in > .card tbody tr:visible");
    const figures = tab.locator("#drawn figure:visible");
    const all = await rows.allTextContents();
    const charts = await figures.count();
    const has = (words) => (text) => words.split(" ").every((word) => text.toLowerCase().includes(word));
    await tab.keyboard.press("/");
    await tab.keyboard.type("shanghai link_down");
    const wanted = all.filter(has("shanghai link_down"));
    assert.ok(wanted.length > 0 && wanted.length < all.length, `${wanted.length} of ${all.length}`);
    assert.deepEqual(await rows.allTextContents(), wanted);
    assert.equal(await tab.locator("#tools output").textContent(), `${wanted.length} of ${all.length} rows`);
    await tab.keyboard.press("Escape");
    assert.deepEqual(await rows.allTextContents(), all);
    await tab.keyboard.type("hub queue");
    const found = await figures.count();
    assert.ok(found > 0 && found < charts, `${found} of ${charts} charts`);
    for (const text of await figures.allTextContents()) assert.ok(has("hub queue")(text), text);
    await tab.keyboard.press("Escape");
    assert.equal(await figures.count(), charts);
  });
});

test("a chart is read, zoomed and left by keyboard, and all charts with it", async () => {
  await open(made("run", scenario("bandwidth-cap")).page, {}, async (tab) => {
    // The peak of a rate says little without the time over which it was taken.
    const plots = tab.getByRole("slider", { name: /^Rate against cap, means of \d+ ms/ });
    await plots.first().focus();
    for (const key of ["End", "PageDown", "ArrowLeft"]) await tab.keyboard.press(key);
    const said = await plots.first().getAttribute("aria-valuetext");
    assert.match(said, /^8\.9\d* s: offered 150 Mbps, carried 100\S* Mbps, cap 100 Mbps$/);
    assert.match(await plots.nth(1).getAttribute("aria-valuetext"), /^8\.9/);
    const path = () => plots.nth(1).locator("path.line").last().getAttribute("d");
    const before = await path();
    await tab.keyboard.press("+");
    assert.notEqual(await path(), before);
    assert.ok(await tab.getByRole("button", { name: "Show the whole time" }).isVisible());
    await tab.keyboard.press("Escape");
    assert.equal(await path(), before);
  });
});

test("dragging over a stretch shows it alone", async () => {
  await open(made("run", scenario("bandwidth-cap")).page, {}, async (tab) => {
    const plot = tab.getByRole("slider", { name: "Rate against cap" }).first();
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    await tab.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await tab.mouse.down();
    await tab.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await tab.mouse.up();
    await tab.getByRole("button", { name: "Show the whole time" }).click();
    assert.ok(await tab.getByRole("button", { name: "Show the whole time" }).isHidden());
  });
});

test("a hundred thousand points are drawn as few", async () => {
  const { page } = made("run", scenario("bandwidth-cap"), "--set", "duration=100 s", "--interval", "1ms");
  await open(page, {}, async (tab) => {
    assert.equal(JSON.parse(await tab.locator("#course").textContent()).points, 100_000);
    const [length, width] = await tab.locator("figure").first().evaluate((figure) =>
      [figure.querySelector("path.line.c1:not([d='M1,5H21'])").getAttribute("d").match(/[MLHV]/g).length, figure.clientWidth]);
    assert.ok(length <= 2 * width + 2, `${length} points on ${width} pixels`);
  });
});

test("without script, question, answer, network and text stand", async () => {
  const { page, json } = made("run", scenario("quick-start"));
  await open(page, { javaScriptEnabled: false }, async (tab) => {
    assert.equal(await tab.locator("h1").textContent(), json.question);
    assert.equal(await tab.locator(".verdict").textContent(), "3 of 3 expectations hold.");
    assert.ok(await tab.locator("#network svg").isVisible());
    await tab.locator("#text summary").click();
    assert.ok((await tab.locator("#text pre").innerText()).includes("Packets: 66,686 emitted"));
  });
});

test("names that look like markup or style stay names", async () => {
  const bad = "</script><img src=x onerror=alert(1)><b style=color:red>";
  const text = fs.readFileSync(scenario("quick-start"), "utf8").replace(/^name *=.*$/m, `name = ${JSON.stringify(bad)}`)
    .replace(/^# Question:.*$/m, `# Question: ${bad}`).replace("[traffic.sync]", `[traffic.sync]\nlabel = ${JSON.stringify(bad)}`);
  await open(made("run", written("bad.toml", text)).page, {}, async (tab) => {
    assert.equal(await tab.locator("h1").textContent(), bad);
    assert.equal(await tab.locator("img, b").count(), 0);
    assert.ok((await tables(tab)).Traffic.some((row) => row.label === bad));
  });
});

test("what a failed expectation says stands at the top", async () => {
  const { page } = made("run", scenario("quick-start"), "--set", "peering.PeerConn.bandwidth=50 Mbps");
  await open(page, {}, async (tab) => {
    assert.equal(await tab.locator(".verdict.bad").count(), 1);
    assert.ok((await tab.locator(".failures").textContent()).includes("traffic sync loss is"));
    assert.equal(await tab.locator("#expectations .mark.failed").count(), await tab.locator(".failures li").count());
  });
});

test("paper takes all of it", async () => {
  await open(made("run", scenario("busy-hub-day")).page, { viewport: { width: 690, height: 1000 }, colorScheme: "dark" }, async (tab) => {
    await tab.emulateMedia({ media: "print" });
    const cut = await tab.evaluate(() => [...document.querySelectorAll("table, figure, svg")]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility()).map((one) => one.textContent.slice(0, 40)));
    assert.deepEqual(cut, []);
    assert.equal(await tab.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  });
});

test("axe finds what is wrong", { skip: withoutAxe }, async () => {
  const page = written("wrong.html", "<!doctype html><html lang=\"en\"><title>wrong</title><main><h1>A</h1><img src=\"data:,\"></main></html>");
  await open(page, {}, async (tab) => assert.match((await unruly(tab)).join("\n"), /^image-alt: /));
});

test("axe finds nothing, in light and in dark", { skip: withoutAxe }, async () => {
  const pages = ["link-failure"].map((name) => made("run", scenario(name)).page);
  pages.push(made("bill", scenario("bill-campaign"), "--what-if", "0.1 %").page);
  for (const page of pages) for (const colorScheme of ["light", "dark"]) {
    await open(page, { colorScheme }, async (tab) => {
      await tab.locator(".values summary").first().click();
      assert.deepEqual(await unruly(tab), [], `${page} ${colorScheme}`);
    });
  }
});
