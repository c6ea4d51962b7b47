// Makes the lab as one file: node .ci/alone.mjs ENGINE.wasm PAGE.html. Modules are taken from $MODULES.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const esbuild = createRequire(join(process.env.MODULES, "x.js"))("esbuild");
const [engine, page] = process.argv.slice(2);
const folder = resolve("src/cli/lab/page");
const read = (name) => readFileSync(join(folder, name), "utf8");

// The way to a server is replaced by the way to the engine.
const alone = {
  name: "alone",
  setup: (build) => build.onResolve({ filter: /^\.\/session\.js$/ }, () => ({ path: join(folder, "alone/session.js") })),
};
const bundled = async (entry, format) => {
  const options = { bundle: true, minify: true, write: false, format, target: "es2022", charset: "utf8" };
  const built = await esbuild.build({ ...options, entryPoints: [join(folder, entry)], plugins: [alone] });
  return built.outputFiles[0].text.replaceAll("</script", "<\\/script");
};

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const style = read("lab.css");
const script = await bundled("lab.js", "esm");
const policy = `default-src 'none'; script-src ${hash(script)} 'wasm-unsafe-eval'; style-src ${hash(style)}; ` +
  "worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'";
const packed = gzipSync(readFileSync(engine), { level: 9 }).toString("base64");
const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${style}</style>`;
const body = `<script type="text/plain" id="engine">${packed}</script>
<script type="text/plain" id="worker">${await bundled("alone/worker.js", "iife")}</script>
<script type="module">${script}</script>`;

const put = (html, from, to) => {
  if (!html.includes(from)) throw new Error(`the page has no ${from}`);
  return html.replace(from, () => to);
};
let html = read("index.html");
html = put(html, '<link rel="stylesheet" href="/lab.css">\n', head + "\n");
html = put(html, '<script type="module" src="/lab.js"></script>\n', "");
html = put(html, "</body>", `${body}\n</body>`);
writeFileSync(page, html);
