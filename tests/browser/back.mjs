// Going back in lessons, measured: each lesson as it is solved, at its end, is asked to be at earlier instants. Prints
// how long the longest answer took, and asserts nothing of it, for a machine may be busy; it ends with 1 if a request
// failed.
//
//   VPCSIM=target/release/vpcsim node tests/browser/back.mjs

import { execFileSync } from "node:child_process";
import { lab, post } from "./served.mjs";

const { address, end } = await lab();

async function ask(path, body) {
  const { told, why } = await post(address + path, body);
  if (why) {
    console.error(`failed: ${why}`);
    process.exitCode = 1;
  }
  return told;
}

const goTo = (time_ns) => ask("api/lab/ask", { ask: "go_to", time_ns });

const { lessons } = await (await fetch(`${address}api/about`)).json();
for (const { name } of lessons) {
  const text = execFileSync(process.env.VPCSIM, ["lesson", "show", name, "--solved"], { encoding: "utf8" });
  await ask("api/open", { text });
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
end();
