// A lab of the program, asked over HTTP: for tests and measurements, with a browser or without one.

import { spawn } from "node:child_process";

// Starts a lab on a free port of this machine; its address, which ends in a slash, its process, and how it ends.
export async function lab(...args) {
  const child = spawn(process.env.VPCSIM, ["lab", ...args, "--listen", "127.0.0.1:0", "--no-open"]);
  const address = await new Promise((found, failed) => {
    let said = "";
    child.stderr.on("data", (text) => {
      said += text;
      const at = said.match(/http:\/\/[0-9.:]+\//);
      if (at) found(at[0]);
    });
    child.on("exit", () => failed(new Error(`no lab: ${said}`)));
  });
  const exited = new Promise((done) => child.on("exit", done));
  return { address, child, end: () => child.kill("SIGINT") && exited };
}

// Posts JSON: what is answered, and why not what was asked for, if so.
export async function post(address, body) {
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(body) });
  const told = await answer.json();
  const why = answer.ok && !told.failure ? null : `${answer.status} ${told.failure?.message ?? ""}`;
  return { told, why };
}
