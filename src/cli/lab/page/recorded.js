// The way to a session that is over: it answers from what was recorded, in place of session.js, and changes nothing.

import { Unanswered } from './unanswered.js';

/**
 * @typedef {import('./protocol').Ask} Ask
 * @typedef {import('./protocol').Answer} Answer
 * @typedef {import('./protocol').About} About
 * @typedef {import('./protocol').Recording} Recording
 * @typedef {import('./protocol').State} State
 */

const REFUSED = 'This is a recording: take its scenario into a lab, and change or ask whatever you like there.';

const refusal = () => ({ message: REFUSED, code: null, complaints: [] });

/** @returns {Promise<Recording>} */
async function unpack() {
  const packed = atob(document.getElementById('recording')?.textContent ?? '');
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

const recording = await unpack();
const { moments, seen } = recording;
const end = moments[moments.length - 1].state.now_ns;
let now = 0;
/** How much of what was seen is before now. */
let told = 0;

/** The last moment up to an instant. @param {number} time */
function momentAt(time) {
  let [low, high] = [0, moments.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (moments[middle].state.now_ns <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The network at a moment, in which its number stands for its version. @param {number} at */
function networkAt(at) {
  while (at > 0 && !moments[at].network) at -= 1;
  const [{ network: first }, { network }] = [moments[0], moments[at]];
  if (!first || !network) throw new Error('the recording begins without a network');
  const { opened, written, lesson } = first;
  return { ...network, opened, written, lesson, version: at };
}

/** @returns {State} */
function state() {
  const at = momentAt(now);
  return { ...moments[at].state, now_ns: now, end_ns: end, version: networkAt(at).version };
}

/** What is seen up to an instant, which becomes now. @param {number} until */
function play(until) {
  const from = now;
  now = Math.min(Math.max(until, now), end);
  const first = told;
  while (told < seen.length && (seen[told].time_ns < now || now === end)) told += 1;
  const packets = new Set(seen.slice(first, told).map((one) => `${one.kind} ${one.packet}`)).size;
  return { from_ns: from, until_ns: now, seen: seen.slice(first, told), packets, left_out: 0 };
}

/** @param {number} time */
function goTo(time) {
  now = Math.min(Math.max(time, 0), end);
  told = seen.findIndex((one) => one.time_ns >= now);
  if (told < 0 || now === end) told = seen.length;
}

/** The instant after which something is seen, or a packet is sent. @param {'event' | 'packet'} of */
const next = (of) => (seen.slice(told).find((one) => of === 'event' || one.step === 'emitted')?.time_ns ?? end) + 1;

/** @returns {Promise<About>} */
export async function about() {
  const { packets, left_out } = recording;
  const shown = left_out > 0
    ? `${packets.toLocaleString('en')} of ${(packets + left_out).toLocaleString('en')} packets`
    : 'all packets';
  return { class: false, code: '', version: '', lessons: [], recorded: `A recording: ${shown}` };
}

/** @param {string} _which */
export function use(_which) {
  goTo(0);
}

/** @param {Ask} what @returns {Promise<Answer>} */
export async function ask(what) {
  const version = what.ask === 'state' ? what.version : state().version;
  /** @type {Pick<Answer, 'news' | 'said' | 'failure'>} */
  const answer = { news: null, said: null, failure: null };
  switch (what.ask) {
    case 'state': break;
    case 'play': answer.news = play(what.until_ns); break;
    case 'step': answer.news = play(next(what.of)); break;
    case 'go_to': goTo(what.time_ns); break;
    case 'text': answer.said = recording.text; break;
    default: answer.failure = refusal();
  }
  const network = state().version === version ? null : networkAt(momentAt(now));
  return { state: state(), network, ...answer };
}

/** @returns {Promise<string>} */
export async function open() {
  throw new Unanswered(refusal());
}

/** @returns {Promise<Blob>} */
export async function take() {
  throw new Unanswered(refusal());
}

/** Nothing changes. */
export const follow = () => () => {};
