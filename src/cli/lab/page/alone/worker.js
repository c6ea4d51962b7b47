// The worker of a page without a server: begins the engine from the first message, and answers the others in order.

/** @param {Uint8Array<ArrayBuffer>} bytes the module, gzipped @returns {Promise<any>} what it exports */
async function begin(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const module = await WebAssembly.compile(await new Response(stream).arrayBuffer());
  return (await WebAssembly.instantiate(module, unused(module))).exports;
}

/**
 * What libraries would ask of a page, such as its clock, and the engine never does.
 * @param {WebAssembly.Module} module
 */
function unused(module) {
  /** @type {Record<string, Record<string, () => never>>} */
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`the engine asks for ${name}`);
    };
  }
  return imports;
}

/** @type {Promise<any> | undefined} */
let engine;

self.addEventListener('message', async ({ data }) => {
  if (!engine) {
    engine = begin(data);
    // Whoever asks is told of it.
    engine.catch(() => {});
    return;
  }
  self.postMessage(await answered(data).catch((error) => {
    const message = `the engine stopped: this is a bug in vpcsim (${error.message})`;
    return { failure: { message, code: null, complaints: [] } };
  }));
});

/** @param {string} asked @returns {Promise<unknown>} */
async function answered(asked) {
  const { memory, room, answer, answer_at } = await engine;
  const request = new TextEncoder().encode(asked);
  const at = room(request.length);
  new Uint8Array(memory.buffer, at, request.length).set(request);
  const length = answer();
  const said = new Uint8Array(memory.buffer, answer_at(), length);
  return JSON.parse(new TextDecoder().decode(said));
}
