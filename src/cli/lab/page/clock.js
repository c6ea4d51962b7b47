// Time: this page asks the session to play on, and shows the instants in between at the speed that somebody chose.

import { ask, fail, listen, network, state, waiting } from './model.js';
import * as packets from './packets.js';
import { button, choice, field, fill, form, instant, make, part } from './words.js';

/** Virtual time for wall time. */
const SPEEDS = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100];
/** How long a packet is seen on the longest line at first, in nanoseconds of wall time. */
const CROSSING_NS = 5e8;
/** Between two requests, and how far they are ahead of what is seen; milliseconds of wall time. */
const PAUSE = 50;
const AHEAD = 120;
/** How long what a step brought takes to be seen. */
const GLIDE = 350;
/** The most of the past that is played again to see what was under way. */
const PAST_NS = 1e9;
/** Instants that are kept for going back. */
const KEPT = 5_000;

/** The instant that is seen: never later than that of the session. */
let shown = 0;
let speed = 1;
let isPlaying = false;
let isAsking = false;
let lastAsked = 0;
let lastFrame = 0;
let glide = { from: 0, since: 0 };
/** When something was seen to happen, in order. @type {number[]} */
let instants = [];

/** @type {HTMLInputElement} */
let slider;
/** @type {HTMLButtonElement} */
let play;
/** @type {HTMLSelectElement} */
let speeds;
/** @type {HTMLInputElement} */
let skip;

export function show() {
  const controls = part('controls');
  play = button('Play', toggle, { id: 'play', class: 'main' });
  speeds = choice('speed', SPEEDS.map((one) => [String(one), one < 1 ? `1/${Math.round(1 / one)}` : `${one}x`]));
  speeds.addEventListener('change', () => (speed = Number(speeds.value)));
  slider = /** @type {HTMLInputElement} */ (part('time'));
  slider.addEventListener('input', () => (part('now').textContent = instant(Number(slider.value))));
  slider.addEventListener('change', () => goTo(Number(slider.value)));
  skip = /** @type {HTMLInputElement} */ (part('skip'));
  fill(part('buttons'),
    button('Back', back, { id: 'back', title: 'To the event before' }),
    play,
    button('Next event', () => step('event'), { id: 'step-event' }),
    button('Next packet', () => step('packet'), { id: 'step-packet' }),
    button('−', () => change(-1), { 'aria-label': 'Slower', id: 'slower' }),
    field('Speed', speeds),
    button('+', () => change(1), { 'aria-label': 'Faster', id: 'faster' }),
  );
  part('sums').append(form('Go', [field('Go to', make('input', {
    name: 'time', required: true, size: 8, placeholder: '10 s', autocomplete: 'off',
  }))], ({ time }) => goToText(time), 'Go to an instant'));
  listen({ state: follow, network: follow, news, back: () => (shown = Math.min(shown, state.now_ns)) });
  document.addEventListener('keydown', (event) => {
    const isTaken = event.target instanceof Element
      && event.target.closest('button, input, select, textarea, dialog, summary, a, [role="button"]');
    if (event.key === ' ' && !isTaken) {
      event.preventDefault();
      toggle();
    }
  });
  controls.hidden = false;
  requestAnimationFrame(frame);
}

/** The instant that is seen. */
export const now = () => shown;

export const isRunning = () => isPlaying;

/** Begins at the session's instant. */
export function begin() {
  instants = [];
  shown = state.now_ns;
  packets.forget();
  const longest = Math.max(...network.peerings.map((peering) => peering.delay_ns), 1e5);
  set(SPEEDS.findLast((one) => one <= Math.min(longest / CROSSING_NS, 1)) ?? SPEEDS[0]);
}

export function toggle() {
  isPlaying ? pause() : start();
}

/** Plays on; from the beginning once it has ended. */
export async function start() {
  if (state.now_ns >= state.end_ns) await goTo(0);
  isPlaying = state.now_ns < state.end_ns;
  follow();
}

export function pause() {
  isPlaying = false;
  settle();
  follow();
}

/** Shows the rest up to the session's instant without haste. */
function settle() {
  glide = { from: shown, since: performance.now() };
}

/** @param {-1 | 1} by */
function change(by) {
  const at = SPEEDS.indexOf(speed) + by;
  set(SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)]);
}

/** @param {number} to */
function set(to) {
  speed = to;
  speeds.value = String(speed);
}

/** Sees what another page did and saw. */
export async function catchUp() {
  settle();
  await ask({ ask: 'state', version: network.version, since_ns: state.now_ns });
}

/** @param {'event' | 'packet'} of */
async function step(of) {
  isPlaying = false;
  settle();
  await ask({ ask: 'step', of });
  settle();
}

/** Goes to the last instant before this one at which something was seen to happen. */
function back() {
  const before = instants.filter((time) => time < state.now_ns - 1).pop();
  // What happens at an instant has happened a nanosecond later.
  return goTo(before === undefined ? Math.max(state.now_ns - 1e9, 0) : before + 1);
}

/** @param {number} time in nanoseconds */
export async function goTo(time) {
  isPlaying = false;
  const longest = Math.max(...network.peerings.map((peering) => peering.delay_ns), 0);
  const from = Math.max(Math.floor(time - Math.min(longest * 1.1, PAST_NS)), 0);
  packets.forget();
  if (!(await ask({ ask: 'go_to', time_ns: from }))) return;
  for (let tries = 0; tries < 8 && state.now_ns < Math.min(time, state.end_ns); tries += 1) {
    if (!(await ask({ ask: 'play', until_ns: Math.floor(time) }))) break;
  }
  shown = state.now_ns;
  follow();
}

const UNITS = /** @type {{[unit: string]: number}} */ ({
  ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9, d: 86_400e9,
});

/** @param {string} text as in scenarios: `10 s` */
function goToText(text) {
  const [, number, unit] = text.match(/^([\d.]+)\s*(ns|us|ms|s|min|h|d)?$/) ?? [];
  if (number === undefined || Number.isNaN(Number(number))) {
    return fail({ message: `"${text}" is no instant: write it as 10 s, 250 ms or 8 d.`, code: null, complaints: [] });
  }
  return goTo(Math.min(Math.round(Number(number) * UNITS[unit ?? 's']), state.end_ns));
}

/** @param {import('./protocol').News} seen */
function news(seen) {
  for (const { time_ns } of seen.seen) {
    if (instants.length === 0 || instants[instants.length - 1] < time_ns) instants.push(time_ns);
  }
  if (instants.length > KEPT) instants = instants.slice(-KEPT);
  const told = `${seen.packets} of ${seen.packets + seen.left_out} packets shown`;
  part('sampled').textContent = seen.left_out > 0 ? `Sampled: ${told}` : '';
}

/** @param {number} wall */
function frame(wall) {
  const passed = Math.min(wall - lastFrame, 250);
  lastFrame = wall;
  if (state) {
    advance(passed, wall);
    packets.drawAt(shown, wall);
    if (document.activeElement !== slider) slider.value = String(shown);
    part('now').textContent = document.activeElement === slider ? instant(Number(slider.value)) : instant(shown);
  }
  requestAnimationFrame(frame);
}

/** @param {number} passed in milliseconds @param {number} wall */
function advance(passed, wall) {
  const ahead = speed * AHEAD * 1e6;
  if (!isPlaying) {
    const part = Math.min((wall - glide.since) / GLIDE, 1);
    shown = packets.isCalm() || part >= 1 ? state.now_ns : glide.from + (state.now_ns - glide.from) * part;
    shown = Math.min(shown, state.now_ns);
    return;
  }
  // Whoever else plays is followed.
  shown = Math.max(Math.min(shown + passed * speed * 1e6, state.now_ns), state.now_ns - 4 * ahead);
  if (state.now_ns >= state.end_ns && shown >= state.now_ns) return pause();
  if (isAsking || waiting > 0 || wall - lastAsked < PAUSE || state.now_ns >= state.end_ns) return;
  isAsking = true;
  lastAsked = wall;
  request(ahead).finally(() => (isAsking = false));
}

/** @param {number} ahead @returns {Promise<void>} */
async function request(ahead) {
  const isIdle = state.in_flight === 0 && packets.isQuiet() && shown >= state.now_ns;
  const got = skip.checked && speed < 1 && isIdle
    ? await ask({ ask: 'step', of: 'event' })
    : await ask({ ask: 'play', until_ns: Math.floor(shown + ahead) + 1 });
  if (!got) pause();
}

function follow() {
  play.textContent = isPlaying ? 'Pause' : 'Play';
  slider.max = String(state.end_ns);
  slider.step = String(Math.max(Math.floor(state.end_ns / 1000), 1));
  slider.setAttribute('aria-valuetext', instant(shown));
  part('end').textContent = instant(state.end_ns);
  const flying = state.in_flight > 0 ? `, ${state.in_flight.toLocaleString('en')} under way` : '';
  part('totals').textContent = `${state.emitted.toLocaleString('en')} sent, `
    + `${state.delivered.toLocaleString('en')} delivered, ${state.dropped.toLocaleString('en')} dropped${flying}`;
}
