// The load of a class, measured: a lab with 25 networks on loopback, each of which steps, plays, changes its network and
// asks, without a pause. Prints how long an action takes to be answered; asserts nothing, for a machine may be busy.
//
//   VPCSIM=target/release/vpcsim node tests/browser/load.mjs [LESSON|FILE [SESSIONS [SECONDS]]]

import { spawn } from "node:child_process";
import fs from "node:fs";

const [what = "return-route", sessions = "25", seconds = "10"] = process.argv.slice(2);
const lab = spawn(process.env.VPCSIM, ["lab", what, "--class", sessions, "--listen", "127.0.0.1:0", "--no-open"]);
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
  return answer.json();
}

const took = {};

async function timed(code, ask) {
  const since = performance.now();
  const answer = await post(`/api/${code}/ask`, ask);
  (took[ask.ask] ??= []).push(performance.now() - since);
  return answer;
}

// What a learner does, over and over, until the time is up.
async function learn(code, until) {
  let { network, state } = await timed(code, { ask: "state" });
  const path = ["peering", network.peerings[0].name];
  for (let n = 1; performance.now() < until; n += 1) {
    await timed(code, { ask: "step", of: n % 2 ? "event" : "packet" });
    ({ state } = await timed(code, { ask: "play", until_ns: Math.min(n * 1e8, state.end_ns) }));
    if (n % 5 === 0) await timed(code, { ask: "set", path, value: { bandwidth: n % 2 ? "10 Mbps" : "5 Mbps" } });
    if (n % 10 === 0) await timed(code, { ask: "go_to", time_ns: 0 });
  }
}

const codes = await Promise.all(Array.from({ length: Number(sessions) }, () => post("/api/open", {})));
const until = performance.now() + Number(seconds) * 1000;
await Promise.all(codes.map(({ code }) => learn(code, until)));
const memory = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${lab.pid}/status`, "utf8"))?.[1];
lab.kill("SIGINT");

const at = (sorted, share) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)].toFixed(1);
const print = (name, times) => {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(`${name.padEnd(6)} ${String(sorted.length).padStart(6)} times  p50 ${at(sorted, 0.5)} ms  p99 ${at(sorted, 0.99)} ms  `
    + `max ${at(sorted, 1)} ms`);
};
console.log(`${what}: ${sessions} sessions, ${seconds} s, at most ${Math.round(Number(memory) / 1000)} MB`);
Object.entries(took).forEach(([name, times]) => print(name, times));
print("all", Object.values(took).flat());
