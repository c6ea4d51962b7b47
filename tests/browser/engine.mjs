// The engine of the lab in one file, asked as the worker of the page asks it. ENGINE is its module.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const module = await WebAssembly.compile(readFileSync(process.env.ENGINE));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => assert.fail(`the engine asks for ${name}`);
}
const { memory, room, answer, answer_at } = (await WebAssembly.instantiate(module, imports)).exports;

// The answer to a request, as text.
export function ask(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const at = room(bytes.length);
  new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
  const length = answer();
  return new TextDecoder().decode(new Uint8Array(memory.buffer, answer_at(), length));
}
