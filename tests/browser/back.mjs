// Going back in lessons, measured: each lesson as it is solved, at its end, is asked to be at earlier instants. Prints
// how long the longest answer took, and asserts nothing of it, for a machine may be busy; it ends with 1 if a request
// failed.
//
//   VPCSIM=target/release/vpcsim node tests/browser/back.mjs

import { execFileSync, spawn } from "node:child_process";

const { VPCSIM } = process.env;
const lab = spawn(VPCSIM, ["lab", "--listen", "127.0.0.1:0", "--no-open"]);
const address = await new Promise((found, failed) => {
  let said = "";
  lab.stderr.on("data", (text) => {
    const at = (said += text).match(/http:\/\/[0-9.:]+/);
    if (at) found(at[0]);
  });
  lab.on("exit", () => failed(new Error(said)));
});

async function post(path, body) {
  const answer = await fetch(address + path, { method: "POST", body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok || told.failure) {
    console.error(`failed: ${answer.status} ${told.failure?.message ?? ""}`);
    process.exitCode = 1;
  }
  return told;
}

const goTo = (time_ns) => post("/api/lab/ask", { ask: "go_to", time_ns });

const { lessons } = await (await fetch(`${address}/api/about`)).json();
for (const { name } of lessons) {
  const text = execFileSync(VPCSIM, ["lesson", "show", name, "--solved"], { encoding: "utf8" });
  await post("/api/open", { text });
  const { state } = await goTo(Number.MAX_SAFE_INTEGER);
  const took = [];
  for (const share of [0.99, 0.9, 0.5, 0.1, 0]) {
    await goTo(state.end_ns);
    const since = performance.now();
    await goTo(Math.floor(state.end_ns * share));
    took.push(performance.now() - since);
  }
  console.log(`${name.padEnd(20)} ${Math.max(...took).toFixed(0).padStart(4)} ms`);
}
lab.kill("SIGINT");
