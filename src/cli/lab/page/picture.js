// The picture of the network: the drawing of `vpcsim graph`, in which things can be chosen, moved about and enlarged.
// What moves in it is drawn by packets.js and gauges.js, in the layer that this file gives them.

import { listen, network } from './model.js';
import { part } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
/** The largest magnification, and that of a small network. */
const NEAREST = 6;
const USUAL = 2;
/** Around it, in units of the drawing; and what stands below it on the stage, in pixels. */
const MARGIN = 12;
const STRIP = 46;

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ kind: 'vpc' | 'peering' | 'host', name: string }} Thing
 */

/** A line from one VPC to another. */
export class Line {
  /** @param {Point[]} points */
  constructor(points) {
    this.points = points;
    this.lengths = points.slice(1).map((point, n) => Math.hypot(point.x - points[n].x, point.y - points[n].y));
    this.length = this.lengths.reduce((sum, length) => sum + length, 0);
  }

  /** The point at a share of the way. @param {number} share @returns {Point} */
  at(share) {
    let rest = Math.min(Math.max(share, 0), 1) * this.length;
    for (const [n, length] of this.lengths.entries()) {
      const [from, to] = [this.points[n], this.points[n + 1]];
      if (rest <= length && length > 0) {
        const part = rest / length;
        return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
      }
      rest -= length;
    }
    return this.points[this.points.length - 1];
  }
}

/** The layer on top, in the coordinates of the drawing. @type {SVGGElement | null} */
export let layer = null;
/** By peering and the VPC at its end. @type {Map<string, Line>} */
const lines = new Map();
/** Where packets are that are in a VPC, or at a host. @type {Map<string, Point>} */
const places = new Map();
/** @type {SVGSVGElement | null} */
let drawing = null;
/** What is seen of it. */
let view = { x: 0, y: 0, scale: 1 };
let isTouched = false;
/** What the drawing takes. */
let whole = { x: 0, y: 0, width: 1, height: 1 };
/** @type {(thing: Thing) => void} */
let chosen = () => {};
/** @type {{ thing: Thing, group: SVGGElement }[]} */
let things = [];

const stage = part('stage');
const board = part('board');

/** @param {string} peering @param {string} to @returns {Line | undefined} */
export const line = (peering, to) => lines.get(`${peering}\n${to}`);

/** Whether a peering is in the picture: one that is gone is not. @param {string} peering */
export const isDrawn = (peering) => things.some(({ thing }) => thing.kind === 'peering' && thing.name === peering);

/** @param {string} vpc @param {string} [host] @returns {Point | undefined} */
export const place = (vpc, host) => places.get(`host ${host}`) ?? places.get(`vpc ${vpc}`);

/** How much larger than the screen's a unit of the drawing is. */
export const magnified = () => view.scale;

/** Where a point of the drawing is on the stage. @param {Point} point @returns {Point} */
export const onStage = (point) => ({ x: (point.x - view.x) * view.scale, y: (point.y - view.y) * view.scale });

/** @param {string} name @param {{[name: string]: string | number}} [attributes] */
export function draw(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** Shows the network, and calls when something of it is chosen. @param {(thing: Thing) => void} choose */
export function show(choose) {
  chosen = choose;
  listen({ network: redraw });
  new ResizeObserver(() => (isTouched ? apply() : fit())).observe(stage);
  for (const [id, act] of Object.entries({ nearer: () => zoom(1.4), farther: () => zoom(1 / 1.4), fit })) {
    part(id).addEventListener('click', act);
  }
  followPointers();
  stage.addEventListener('keydown', pressed);
}

let drawn = '';

/** The network is another one. */
export function forget() {
  lines.clear();
  isTouched = false;
}

function redraw() {
  if (network.picture === drawn) return;
  drawn = network.picture;
  const held = things.find(({ group }) => group === document.activeElement)?.thing;
  const parsed = new DOMParser().parseFromString(network.picture, 'image/svg+xml');
  const svg = document.importNode(parsed.documentElement, true);
  if (!(svg instanceof SVGSVGElement)) return;
  const before = `${whole.width} ${whole.height}`;
  for (const name of ['width', 'height', 'viewBox', 'role']) svg.removeAttribute(name);
  // The page has a background and a title.
  for (const name of ['title', 'desc', 'rect']) svg.querySelector(`:scope > ${name}`)?.remove();
  // The first of these is the headline, the last has notes and a table of the peerings: both stand in the panel.
  const beside = svg.querySelectorAll(':scope > g[aria-hidden][pointer-events]');
  for (const n of [0, beside.length - 1]) beside[n]?.remove();
  svg.setAttribute('aria-label', `The network: ${network.scenario}`);
  svg.setAttribute('role', 'group');
  const moved = /** @type {SVGGElement} */ (draw('g'));
  moved.append(...svg.childNodes);
  layer = /** @type {SVGGElement} */ (draw('g', { 'aria-hidden': 'true' }));
  moved.append(layer);
  svg.append(moved);
  board.replaceChildren(svg);
  drawing = svg;
  const { x, y, width, height } = moved.getBBox();
  whole = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  learn(moved);
  if (held) things.find(({ thing }) => thing.kind === held.kind && thing.name === held.name)?.group.focus();
  if (before === `${whole.width} ${whole.height}` && isTouched) apply();
  else fit();
}

/** Finds the things in the drawing. @param {SVGGElement} root */
function learn(root) {
  // The line of a peering that is gone is kept for what died on it.
  places.clear();
  things = [];
  for (const group of /** @type {NodeListOf<SVGGElement>} */ (root.querySelectorAll('[data-vpc]'))) {
    learnVpc(group, group.dataset.vpc ?? '');
  }
  for (const group of /** @type {NodeListOf<SVGGElement>} */ (root.querySelectorAll('[data-peering]'))) {
    choosable(group, { kind: 'peering', name: group.dataset.peering ?? '' });
  }
  for (const group of /** @type {NodeListOf<SVGGElement>} */ (root.querySelectorAll('[data-peering-line]'))) {
    const name = group.dataset.peeringLine ?? '';
    const drawnLine = group.querySelector('polyline');
    const peering = network.peerings.find((one) => one.name === name);
    if (!drawnLine || !peering) continue;
    const points = [...drawnLine.points].map(({ x, y }) => ({ x, y }));
    lines.set(`${name}\n${peering.ends[1].vpc}`, new Line(points));
    lines.set(`${name}\n${peering.ends[0].vpc}`, new Line(points.toReversed()));
  }
  things.forEach(({ group }, n) => group.setAttribute('tabindex', n === 0 ? '0' : '-1'));
}

/** @param {SVGGElement} group @param {string} name */
function learnVpc(group, name) {
  choosable(group, { kind: 'vpc', name });
  const box = group.querySelector('rect');
  if (!box) return;
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((key) => Number(box.getAttribute(key)));
  places.set(`vpc ${name}`, { x: x + width - 12, y: y + Math.min(height / 2, 40) });
  const hosts = new Set(network.vpcs.find((vpc) => vpc.name === name)?.hosts.map((host) => host.name));
  for (const text of [...group.querySelectorAll('text')].slice(1)) {
    const host = `${name}/${text.textContent}`;
    if (!hosts.has(host)) continue;
    text.classList.add('host');
    places.set(`host ${host}`, { x: x + width - 12, y: Number(text.getAttribute('y')) - 4 });
    text.addEventListener('click', (event) => {
      event.stopPropagation();
      chosen({ kind: 'host', name: host });
    });
  }
}

/** @param {SVGGElement} group @param {Thing} thing */
function choosable(group, thing) {
  const texts = [...group.querySelectorAll('text')].map((text) => text.textContent);
  group.setAttribute('aria-label', `${thing.kind === 'vpc' ? 'VPC' : 'peering'} ${texts.join(' ')}`);
  group.setAttribute('aria-description', group.querySelector('title')?.textContent ?? '');
  group.setAttribute('role', 'button');
  group.removeAttribute('aria-roledescription');
  group.classList.add('choosable');
  group.addEventListener('click', () => chosen(thing));
  things.push({ thing, group });
}

/** Marks what is shown in the panel. @param {string} kind @param {string} name */
export function mark(kind, name) {
  for (const { thing, group } of things) {
    group.classList.toggle('marked', thing.kind === kind && thing.name === name);
  }
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const at = things.findIndex(({ group }) => group === document.activeElement);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (event.key === 'Enter' || event.key === ' ') {
    if (at < 0) return;
    chosen(things[at].thing);
  } else if (step && event.shiftKey) {
    const isAcross = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
    pan(isAcross ? -60 * step : 0, isAcross ? 0 : -60 * step);
  } else if (step && at >= 0) {
    const next = things[(at + step + things.length) % things.length].group;
    things[at].group.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
    reveal(next);
  } else if (event.key === '+' || event.key === '=') {
    zoom(1.4);
  } else if (event.key === '-') {
    zoom(1 / 1.4);
  } else if (event.key === '0') {
    fit();
  } else {
    return;
  }
  event.preventDefault();
}

/** Moves what is seen so that something is. @param {SVGGElement} group */
function reveal(group) {
  const [inner, outer] = [group.getBoundingClientRect(), stage.getBoundingClientRect()];
  const out = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ from,
    /** @type {number} */ to) => (low < from ? from - low + 8 : high > to ? to - high - 8 : 0);
  pan(out(inner.left, inner.right, outer.left, outer.right), out(inner.top, inner.bottom, outer.top, outer.bottom));
}

/** Moves the drawing by pixels. @param {number} x @param {number} y */
function pan(x, y) {
  if (x === 0 && y === 0) return;
  isTouched = true;
  view = { ...view, x: view.x - x / view.scale, y: view.y - y / view.scale };
  apply();
}

/** Enlarges it around a point of the stage. @param {number} by @param {Point} [around] */
function zoom(by, around) {
  const { width, height } = stage.getBoundingClientRect();
  const at = around ?? { x: width / 2, y: height / 2 };
  const least = Math.min(width / whole.width, height / whole.height, 1) / 2;
  const scale = Math.min(Math.max(view.scale * by, least), NEAREST);
  view = { x: view.x + at.x / view.scale - at.x / scale, y: view.y + at.y / view.scale - at.y / scale, scale };
  isTouched = true;
  apply();
}

/** Shows all of it. */
function fit() {
  const { width, height: all } = stage.getBoundingClientRect();
  const height = Math.max(all - STRIP, 1);
  const scale = Math.min(width / whole.width, height / whole.height, USUAL);
  view = {
    x: whole.x + (whole.width - width / scale) / 2,
    y: whole.y + (whole.height - height / scale) / 2,
    scale,
  };
  isTouched = false;
  apply();
}

function apply() {
  const moved = drawing?.lastElementChild;
  moved?.setAttribute('transform', `scale(${view.scale}) translate(${-view.x} ${-view.y})`);
}

/** Wheels, mice and fingers. */
function followPointers() {
  /** @type {Map<number, Point>} */
  const down = new Map();
  const here = (/** @type {MouseEvent} */ event) => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  stage.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), here(event));
  }, { passive: false });
  board.addEventListener('pointerdown', (event) => down.set(event.pointerId, here(event)));
  for (const name of /** @type {const} */ (['pointerup', 'pointercancel', 'pointerleave'])) {
    board.addEventListener(name, (event) => down.delete(event.pointerId));
  }
  board.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = here(event);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    if (!other) return pan(now.x - before.x, now.y - before.y);
    const apart = (/** @type {Point} */ point) => Math.hypot(point.x - other.x, point.y - other.y);
    if (apart(before) > 0) zoom(apart(now) / apart(before), other);
  });
}
