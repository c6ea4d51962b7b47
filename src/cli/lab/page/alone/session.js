// The way to a session where there is no server: the library itself, in a worker of the page. It exports what
// `../session.js` does; `.ci/wasm` puts it in its place.

import { Unanswered } from '../unanswered.js';

/**
 * @typedef {import('../protocol').Ask} Ask
 * @typedef {import('../protocol').Answer} Answer
 * @typedef {import('../protocol').About} About
 */

/** @param {string} id the element with the text */
const text = (id) => document.getElementById(id)?.textContent ?? '';

/** The gzipped module, as bytes. */
function packed() {
  const binary = atob(text('engine').trim());
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

const worker = new Worker(URL.createObjectURL(new Blob([text('worker')], { type: 'text/javascript' })));
const bytes = packed();
worker.postMessage(bytes, [bytes.buffer]);

/** @type {((answer: any) => void)[]} */
const waiting = [];
worker.addEventListener('message', ({ data }) => waiting.shift()?.(data));

/** @param {unknown} request @returns {Promise<any>} */
function answered(request) {
  return new Promise((told) => {
    waiting.push(told);
    worker.postMessage(JSON.stringify(request));
  });
}

/** What kind of lab this is. @returns {Promise<About>} */
export async function about() {
  await open({});
  return answered({ about: {} });
}

/** There is only one network. @param {string} _which */
export function use(_which) {}

/** @param {Ask} what @returns {Promise<Answer>} */
export async function ask(what) {
  const answer = await answered({ ask: what });
  if (!answer.state) throw new Unanswered(answer.failure);
  return answer;
}

/**
 * Begins a network anew; its code.
 * @param {{ text?: string, lesson?: string, stage?: string }} what a scenario, or the name of a lesson and of one of
 * its stages; without them the usual one
 * @returns {Promise<string>}
 */
export async function open(what) {
  const answer = await answered({ open: what });
  if (answer.failure) throw new Unanswered(answer.failure);
  return answer.code;
}

/** The engine makes no files. @returns {Promise<Blob>} */
export async function take() {
  const message = 'Without a server, only the scenario is taken away: vpcsim run FILE --pcap, or vpcsim lab FILE.';
  throw new Unanswered({ message, code: null, complaints: [] });
}

/** No other page changes the network. @param {() => void} _changed @returns {() => void} the end */
export const follow = (_changed) => () => {};
