// The panel beside the picture: what is shown in it, how one gets there and back, and what was refused.

import { listen } from './model.js';
import { mark } from './picture.js';
import { button, fill, make, part } from './words.js';

/**
 * @typedef {'overview' | 'vpc' | 'host' | 'table' | 'peering' | 'traffic' | 'packet' | 'bill' | 'create' | 'text'} Kind
 * @typedef {{ kind: Kind, name: string, result?: Node }} Shown `result`: what was asked for in it
 * @typedef {(shown: Shown) => { title: string, body: import('./words.js').Child[] } | null} View null if it is gone
 */

/** @type {Partial<Record<Kind, View>>} */
const views = {};
/** @type {Shown[]} */
let past = [];
/** @type {Shown} */
let shown = { kind: 'overview', name: '' };
/** @type {(() => void)[]} */
let living = [];

/** @param {Partial<Record<Kind, View>>} more */
export function show(more) {
  Object.assign(views, more);
}

export function begin() {
  listen({
    network: render,
    state: () => living.forEach((update) => update()),
    failure: refused,
  });
}

/** Runs now and whenever the session moved on, as long as this view is shown. @param {() => void} update */
export function live(update) {
  living.push(update);
  update();
}

/** @param {Kind} kind @param {string} [name] */
export function open(kind, name = '') {
  if (kind === shown.kind && name === shown.name && kind !== 'packet') return focusTitle();
  past.push(shown);
  shown = { kind, name };
  clearFailure();
  render();
  focusTitle();
}

/** The network is another one: nothing of the old one is shown. */
export function reset() {
  past = [];
  shown = { kind: 'overview', name: '' };
  clearFailure();
  render();
}

function back() {
  shown = past.pop() ?? { kind: 'overview', name: '' };
  clearFailure();
  render();
  focusTitle();
}

function focusTitle() {
  part('title').focus({ preventScroll: true });
  part('ways').scrollIntoView({ block: 'start' });
}

/** Shows something that was asked for, below what is shown. @param {...import('./words.js').Child} what */
export function answer(...what) {
  const box = make('section', { class: 'answer', 'aria-label': 'Answer', tabindex: -1 }, ...what);
  shown.result = box;
  render();
  box.focus();
}

/** The same without going there. @param {...import('./words.js').Child} what */
export function note(...what) {
  shown.result = make('section', { class: 'answer', 'aria-label': 'Answer', role: 'status' }, ...what);
  render();
}

/** What each input held when it was drawn. @type {WeakMap<HTMLInputElement, string>} */
const drawn = new WeakMap();

/** What somebody wrote is kept when the view is drawn anew. */
function written() {
  const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (part('view').querySelectorAll('form [name]'));
  const changed = [...inputs].filter((input) => input.value !== drawn.get(input));
  return new Map(changed.map((input) => [`${input.form?.getAttribute('aria-label')}\n${input.name}`, input.value]));
}

/** @param {Element | null} element */
const called = (element) =>
  element && `${element.closest('form, section')?.getAttribute('aria-label')}\n${element.getAttribute('name')}\n${
    element.getAttribute('aria-label')}\n${element.matches('button') ? element.textContent : ''}`;

/** @type {Shown | null} */
let before = null;

export function render() {
  const isSame = before === shown;
  const values = isSame ? written() : new Map();
  const held = isSame && part('view').contains(document.activeElement) ? called(document.activeElement) : null;
  living = [];
  const view = views[shown.kind]?.(shown);
  if (!view) {
    if (shown.kind === 'overview') return;
    return back();
  }
  before = shown;
  part('title').textContent = view.title;
  fill(part('ways'),
    past.length > 0 && button('Back', back, { 'aria-label': 'Back to what was shown before' }),
    shown.kind !== 'overview' && button('Whole network', () => open('overview')));
  fill(part('view'), ...view.body, shown.result);
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (part('view').querySelectorAll('form [name]'))) {
    drawn.set(input, input.value);
    const value = values.get(`${input.form?.getAttribute('aria-label')}\n${input.name}`);
    if (value !== undefined) input.value = value;
    if (input.matches('select') && input.value === '') /** @type {any} */ (input).selectedIndex = 0;
  }
  if (held) {
    const all = [...part('view').querySelectorAll('button, input, select, textarea')];
    const again = all.find((one) => called(one) === held);
    /** @type {HTMLElement} */ (again ?? part('title')).focus();
  }
  mark(shown.kind, shown.name);
}

/** @param {import('./protocol').Failure} failure */
function refused(failure) {
  fill(part('failure'),
    make('strong', {}, failure.code ? `Refused: ${failure.code}` : 'Not done'),
    make('p', {}, failure.message),
    complaints(failure),
    button('Close', clearFailure));
  part('failure').hidden = false;
}

export function clearFailure() {
  part('failure').hidden = true;
  fill(part('failure'));
}

/** @param {import('./protocol').Failure} failure */
export const complaints = (failure) => failure.complaints.length > 0
  && make('ul', {}, failure.complaints.map((one) => make('li', {},
    ...place(one), one.message, one.hint && ` (${one.hint})`)));

/** Where it is: a button that goes there, if the text can be edited. @param {import('./protocol').Complaint} one */
function place({ line, column }) {
  if (line === null) return [];
  const where = `Line ${line}, column ${column}`;
  const area = /** @type {HTMLTextAreaElement | null} */
    (document.querySelector('dialog[open] textarea, #view textarea'));
  if (!area) return [`${where}: `];
  const go = () => {
    const lines = area.value.split('\n');
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + (column ?? 1) - 1;
    area.setSelectionRange(at, at + 1);
    area.focus();
  };
  return [button(where, go, { class: 'link' }), ': '];
}

/** A button that opens something. @param {Kind} kind @param {string} name @param {string} [text] */
export const link = (kind, name, text = name) => button(text, () => open(kind, name), { class: 'link' });
