// Packets as they travel: what was seen of each, and where it is at an instant between its steps.

import { draw, layer, line, magnified, onStage, place } from './picture.js';
import { listen, network, who } from './model.js';
import { make, part } from './words.js';

/** How long the end of a packet is seen, in milliseconds; shorter where more than so many end together. */
const ENDING = 700;
const ENDINGS = 150;
/** How long a sentence about a drop is seen, and how many at once. */
const CALLED = 6_000;
const CALLS = 3;
/** The most dots, and the most bursts at once. */
const DOTS = 600;
/** After how long a packet that waits is no longer told of: it may have been left out. */
const LOST_NS = 2e9;

/**
 * @typedef {import('./protocol').Seen} Seen
 * @typedef {import('./picture.js').Point} Point
 * @typedef {{ name: string, kind: string, host: string, steps: Seen[], ended: number | null }} Packet
 */

/** By name and kind. @type {Map<string, Packet>} */
const packets = new Map();
/** @type {SVGElement[]} */
const dots = [];
/** @type {{ seen: Seen, until: number, at: Point, box: HTMLElement }[]} */
let calls = [];
/** How many had ended when it was drawn last. */
let ended = 0;
/** @type {(packet: string) => void} */
let chosen = () => {};

export const isCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** @param {(packet: string) => void} choose */
export function show(choose) {
  chosen = choose;
  listen({ news: (news) => news.seen.forEach(see), back: forget });
}

export function forget() {
  packets.clear();
  calls.forEach(({ box }) => box.remove());
  calls = [];
}

/** @param {Seen} seen */
function see(seen) {
  const key = `${seen.kind} ${seen.packet}`;
  let packet = packets.get(key);
  if (!packet || (seen.step === 'emitted' && seen.time_ns > packet.steps[0].time_ns)) {
    packet = { name: seen.packet, kind: seen.kind, host: who(seen.source), steps: [], ended: null };
    packets.set(key, packet);
  }
  packet.steps.push(seen);
}

/** Whether anything moves. */
export const isQuiet = () => packets.size === 0;

/** The delay of a peering. @param {string | null} name */
const delay = (name) => network.peerings.find((peering) => peering.name === name)?.delay_ns ?? 1;

/**
 * Where a packet is, and how it fares there.
 * @param {Packet} packet @param {number} now
 * @returns {{ at: Point | undefined, last: Seen } | null} null before its first step
 */
function whereabouts(packet, now) {
  let n = packet.steps.length - 1;
  while (n >= 0 && packet.steps[n].time_ns > now) n -= 1;
  if (n < 0) return null;
  const last = packet.steps[n];
  if (last.vpc !== null) {
    const to = last.step === 'delivered' ? who(last.destination) : packet.host;
    return { last, at: place(last.vpc, to.startsWith(`${last.vpc}/`) ? to : undefined) };
  }
  const way = line(last.peering ?? '', last.to ?? '');
  return { last, at: way?.at(share(packet, n, now)) };
}

/** How far along its line a packet is. @param {Packet} packet @param {number} n its last step @param {number} now */
function share({ steps }, n, now) {
  const last = steps[n];
  if (last.step === 'arrived') return 1;
  const left = last.step === 'departed' ? last : steps[n - 1];
  if (left?.step !== 'departed') return 0;
  const until = last.step === 'dropped' ? last.time_ns : now;
  const passed = (until - left.time_ns) / delay(last.peering);
  return isCalm() ? 0.5 : Math.min(passed, 1);
}

/** Draws all at an instant. @param {number} now of the session @param {number} wall in milliseconds */
export function drawAt(now, wall) {
  if (!layer) return;
  const scale = Math.min(Math.max(1 / magnified(), 0.6), 3);
  const ending = ENDING / Math.max(ended / ENDINGS, 1);
  let used = 0;
  ended = 0;
  for (const [key, packet] of packets) {
    const where = whereabouts(packet, now);
    if (!where) continue;
    const { last, at } = where;
    const isOver = last.step === 'delivered' || last.step === 'dropped';
    if (isOver && packet.ended === null) {
      packet.ended = wall;
      if (last.step === 'dropped' && at) call(last, at, wall);
    }
    ended += packet.ended === null ? 0 : 1;
    const age = packet.ended === null ? 0 : (wall - packet.ended) / ending;
    const stale = last.step === 'departed' ? delay(last.peering) * 1.01 : LOST_NS;
    if (age > 1 || (!isOver && now - last.time_ns > stale)) {
      packets.delete(key);
    } else if (at && used < DOTS) {
      drawDot(used, packet, last.step, at, age, scale);
      used += 1;
    }
  }
  dots.slice(used).forEach((dot) => dot.setAttribute('display', 'none'));
  drawCalls(wall);
}

/** The shapes: a circle there, a ring back, a triangle for an error, a square for a segment, a cross where it died. */
const SHAPES = /** @type {{[kind: string]: string}} */ ({
  packet: 'M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z',
  reply: 'M6 0A6 6 0 1 1-6 0A6 6 0 1 1 6 0ZM2.5 0A2.5 2.5 0 1 0-2.5 0A2.5 2.5 0 1 0 2.5 0Z',
  error: 'M0-6L6 5L-6 5Z',
  segment: 'M-4-4H4V4H-4Z',
  dropped: 'M-7-5L-5-7L0-2L5-7L7-5L2 0L7 5L5 7L0 2L-5 7L-7 5L-2 0Z',
});

/**
 * @param {number} n @param {Packet} packet @param {string} step @param {Point} at
 * @param {number} age of its end, from 0 to 1 @param {number} scale
 */
function drawDot(n, packet, step, at, age, scale) {
  let dot = dots[n];
  if (!dot) {
    dot = draw('path');
    dot.addEventListener('click', (event) => {
      event.stopPropagation();
      chosen(dot.dataset.packet ?? '');
    });
    dots.push(dot);
  }
  if (dot.parentNode !== layer) layer?.append(dot);
  const isDropped = step === 'dropped';
  const grown = isCalm() ? 1 : 1 + age * (isDropped ? 1.6 : 0.8);
  dot.removeAttribute('display');
  dot.dataset.packet = packet.name;
  dot.setAttribute('d', SHAPES[isDropped ? 'dropped' : packet.kind] ?? SHAPES.packet);
  dot.setAttribute('class', `packet ${isDropped ? 'lost' : step === 'delivered' ? 'home' : step}`);
  dot.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${scale * grown})`);
  dot.setAttribute('opacity', String(isDropped ? 1 - age * age : 1 - age));
}

/** Says why a packet died, where it did; once for all that die there of the same. @param {Seen} seen
 * @param {Point} at @param {number} wall */
function call(seen, at, wall) {
  const known = calls.find((one) => one.seen.code === seen.code && one.at.x === at.x && one.at.y === at.y);
  if (known) {
    known.until = wall + CALLED;
    known.seen = seen;
    return;
  }
  const box = make('div', { class: 'call', onclick: () => chosen(one.seen.packet) },
    make('strong', {}, seen.code), ' ', seen.why);
  const one = { seen, at, until: wall + CALLED, box };
  part('stage').append(box);
  calls.push(one);
  while (calls.length > CALLS) calls.shift()?.box.remove();
}

/** @param {number} wall */
function drawCalls(wall) {
  const { width, height } = part('stage').getBoundingClientRect();
  calls = calls.filter((one) => {
    if (wall > one.until) one.box.remove();
    return wall <= one.until;
  });
  for (const { at, box } of calls) {
    const { x, y } = onStage(at);
    const left = Math.min(Math.max(x + 40, 4), Math.max(width - box.offsetWidth - 4, 4));
    const top = Math.min(Math.max(y + 12, 4), Math.max(height - box.offsetHeight - 4, 4));
    box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
