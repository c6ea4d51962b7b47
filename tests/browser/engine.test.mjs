// The engine of the lab in one file gives the reports of the program, to the byte. Run by .ci/wasm, which makes it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ask } from "./engine.mjs";

const scenarios = (folder) =>
  readdirSync(folder).filter((name) => name.endsWith(".toml")).map((name) => join(folder, name));

for (const file of [...scenarios("scenarios"), ...scenarios("scenarios/lessons")]) {
  test(`the engine reports of ${file} what the program does`, () => {
    const ran = spawnSync(process.env.VPCSIM, ["run", "--json", file], { encoding: "utf8", maxBuffer: 1 << 28 });
    assert.equal(ask({ run: { file, text: readFileSync(file, "utf8") } }), ran.stdout);
  });
}
