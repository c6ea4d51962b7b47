// What happens, as lines to read: all of it where little happens, sums where much does. Screen readers hear a sentence
// now and then.

import { listen, network, who } from './model.js';
import { button, count, fill, instant, make, part } from './words.js';

/** Lines of one answer, lines that are kept, and the time between two sentences in milliseconds. */
const AT_ONCE = 6;
const KEPT = 200;
const BETWEEN = 2_000;

/** @typedef {import('./protocol').Seen} Seen */

/** @type {(packet: string) => void} */
let chosen = () => {};
let changes = 0;
/** @type {string[]} */
let unsaid = [];
let saidAt = 0;
let timer = 0;

/** @param {(packet: string) => void} choose */
export function show(choose) {
  chosen = choose;
  listen({
    news: (news) => tell(news.seen.filter(({ step }) => ['emitted', 'delivered', 'dropped'].includes(step))),
    network: tellChanges,
    back: () => (changes = Math.min(changes, network.log.length)),
  });
}

export function clear() {
  fill(part('lines'));
  changes = 0;
}

/** Says something to screen readers, and no more than now and then. @param {string} text */
export function say(text) {
  unsaid.push(text);
  if (timer) return;
  timer = setTimeout(() => {
    timer = 0;
    saidAt = performance.now();
    const rest = unsaid.length > 4 ? `${unsaid.length - 4} more before. ` : '';
    part('said').textContent = rest + unsaid.slice(-4).join('. ');
    unsaid = [];
  }, Math.max(saidAt + BETWEEN - performance.now(), 50));
}

const KINDS = /** @type {{[kind: string]: string}} */ ({ reply: ' (reply)', error: ' (error message)' });

/** @param {Seen[]} seen */
function tell(seen) {
  if (seen.length > AT_ONCE) return tellSums(seen);
  for (const one of seen) {
    const name = one.packet + (KINDS[one.kind] ?? '');
    const what = {
      emitted: `sent by ${who(one.source)} to ${who(one.destination)}`,
      delivered: `delivered to ${who(one.destination)}`,
      dropped: `dropped ${one.vpc ? `in ${one.vpc}` : `on ${one.peering} to ${one.to}`}: ${one.code}, ${one.why}`,
    }[/** @type {'emitted' | 'delivered' | 'dropped'} */ (one.step)];
    add(one.time_ns, one.step, `${name} ${what}`, one.packet, name);
    say(`${name} ${what}`);
  }
}

/** @param {Seen[]} seen */
function tellSums(seen) {
  /** @type {Map<string, { first: Seen, count: number }>} */
  const sums = new Map();
  for (const one of seen) {
    const key = `${one.step} ${one.code ?? ''}`;
    const sum = sums.get(key) ?? { first: one, count: 0 };
    sum.count += 1;
    sums.set(key, sum);
  }
  for (const { first, count: times } of sums.values()) {
    const why = first.code ? `: ${first.code}, ${first.why}` : '';
    const step = first.step === 'emitted' ? 'sent' : first.step;
    const text = `${count(times)} ${times === 1 ? 'packet' : 'packets'} ${step}${why}; first ${first.packet}`;
    add(first.time_ns, first.step, text, first.packet, first.packet);
    say(text);
  }
}

function tellChanges() {
  for (const logged of network.log.slice(changes)) {
    const text = logged.refused ? `refused (${logged.refused}): ${logged.outcome}` : logged.outcome;
    add(logged.time_ns, 'changed', logged.action ? `${logged.action}: ${text}` : text);
    say(text);
  }
  changes = network.log.length;
}

/** @param {number} time @param {string} kind @param {string} text @param {string} [packet] @param {string} [name] */
export function add(time, kind, text, packet, name) {
  const lines = part('lines');
  const isAtEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 8;
  const at = packet && name ? text.lastIndexOf(name) : -1;
  const words = at < 0 || !packet || !name ? [text]
    : [text.slice(0, at), button(name, () => chosen(packet), { class: 'link' }), text.slice(at + name.length)];
  lines.append(make('li', { class: kind }, make('time', {}, instant(time)), ' ', ...words));
  while (lines.childElementCount > KEPT) lines.firstElementChild?.remove();
  if (isAtEnd) lines.scrollTop = lines.scrollHeight;
}
