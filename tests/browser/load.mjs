// The load of a class, measured: a lab with 25 networks on loopback, each of which steps, plays and changes its network
// as often as a page that plays. Prints how long an action takes to be answered, and how much of a core it costs, and
// asserts nothing of these, for a machine may be busy; it ends with 1 if a request failed.
//
//   VPCSIM=target/release/vpcsim node tests/browser/load.mjs [LESSON|FILE [SESSIONS [SECONDS]]]

import fs from "node:fs";
import { lab, post } from "./served.mjs";

const [what = "return-route", sessions = "25", seconds = "10"] = process.argv.slice(2);
const { address, child, end } = await lab(what, "--class", sessions);

// Requests that were not answered with what was asked for, by reason: fast refusals are no good answers.
const failed = {};

async function ask(path, body) {
  const { told, why } = await post(address + path, body);
  if (why) failed[why] = (failed[why] ?? 0) + 1;
  return told;
}

// Between two requests of a page that plays, in milliseconds: as in clock.js.
const PAUSE = 50;
const took = {};

async function timed(code, what) {
  const since = performance.now();
  const answer = await ask(`api/${code}/ask`, what);
  (took[what.ask] ??= []).push(performance.now() - since);
  await new Promise((done) => setTimeout(done, PAUSE));
  return answer;
}

// What a learner does, over and over, until the time is up.
async function learn(code, until) {
  let { network, state } = await timed(code, { ask: "state" });
  const path = ["peering", network.peerings[0].name, "bandwidth"];
  for (let n = 1; performance.now() < until; n += 1) {
    await timed(code, { ask: "step", of: n % 2 ? "event" : "packet" });
    ({ state } = await timed(code, { ask: "play", until_ns: Math.min(n * 1e8, state.end_ns) }));
    if (n % 5 === 0) await timed(code, { ask: "set", path, value: n % 2 ? "10 Mbps" : "5 Mbps" });
    if (n % 10 === 0) await timed(code, { ask: "go_to", time_ns: 0 });
  }
}

const codes = await Promise.all(Array.from({ length: Number(sessions) }, () => ask("api/open", {})));
const until = performance.now() + Number(seconds) * 1000;
await Promise.all(codes.map(({ code }) => learn(code, until)));
const memory = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
const [, user, system] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/stat`, "utf8"));
end();

const at = (sorted, share) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)].toFixed(1);
const print = (name, times) => {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(`${name.padEnd(6)} ${String(sorted.length).padStart(6)} times  p50 ${at(sorted, 0.5)} ms  p99 ${at(sorted, 0.99)} ms  `
    + `max ${at(sorted, 1)} ms`);
};
console.log(`${what}: ${sessions} sessions, ${seconds} s, at most ${Math.round(Number(memory) / 1000)} MB`);
Object.entries(took).forEach(([name, times]) => print(name, times));
const all = Object.values(took).flat();
print("all", all);
// The kernel counts in hundredths of a second.
console.log(`${((Number(user) + Number(system)) * 10 / all.length).toFixed(2)} ms of a core for each`);
for (const [why, times] of Object.entries(failed)) console.error(`failed ${times} times: ${why}`);
process.exitCode = Object.keys(failed).length > 0 ? 1 : 0;
