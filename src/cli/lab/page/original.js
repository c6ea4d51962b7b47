// What the panel shows of the scenario as it was opened: keys that are set as if it had always been so, by fields and
// dials, and its text. What can be set, and to what, the library says.

import { ask, network } from './model.js';
import { clearFailure, note } from './panel.js';
import { choice, field, form, make } from './words.js';

/**
 * @typedef {{ key: string, label: string, usual?: string, options?: [string, string][], dial?: string[] }} Key
 *   `usual`: what holds without it
 * @typedef {import('./panel.js').View} View
 */

/** The steps of dials. */
export const RATES = [1, 2, 5, 10, 15, 20, 25, 30, 32, 40, 50, 75, 100, 150, 200, 300, 500, 1000]
  .map((n) => `${n} Mbps`);
export const SIZES = [2, 3, 5, 10, 15, 30, 50, 75, 100, 200, 500, 1000, 2000, 5000].map((n) => `${n} kB`);
export const WAITS = ['0 packets', ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => `${n} ms`)];

const UNITS = /** @type {{[unit: string]: number}} */ ({
  kbps: 1e3, Mbps: 1e6, Gbps: 1e9, kB: 1e3, MB: 1e6, GB: 1e9, ns: 1e-6, us: 1e-3, s: 1e3,
});

/** About how much a text says, to find its place on a dial. @param {string} text */
function amount(text) {
  const [, number, unit] = text.match(/^([\d.]+)\s*(\S*)/) ?? [];
  return Number(number ?? 0) * (UNITS[unit] ?? 1);
}

/** The keys of a section as they are written; none if it is not in what was opened. @param {string[]} path
 * @returns {{[key: string]: unknown} | undefined} */
export const section = (path) =>
  path.reduce((/** @type {any} */ inner, name) => (inner && Object.hasOwn(inner, name) ? inner[name] : undefined),
    network.written);

/** A value in a field. @param {unknown} value */
const shown = (value) => (value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value));

/** What a field says. @param {string} text @param {unknown} was */
function meant(text, was) {
  if (text === '') return null;
  if (text.includes(',') || Array.isArray(was)) return text.split(',').map((one) => one.trim());
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

/**
 * A form for keys of a section; null if it was not opened with it.
 * @param {string} title @param {string[]} path @param {Key[]} keys
 */
export function original(title, path, keys) {
  const values = section(path);
  if (!values) return null;
  const plain = keys.filter(({ key }) => typeof values[key] !== 'object' || Array.isArray(values[key]));
  return make('section', {},
    make('h3', {}, title),
    make('p', {}, 'As if it had always been so; what was done since is done again.'),
    form('Set', plain.map((key) => entry(key, shown(values[key.key]))), (said) => set(path, values, said), title));
}

/** @param {Key} key @param {string} value */
function entry({ key, label, usual, options, dial }, value) {
  if (options) return field(label, choice(key, options, value));
  const input = make('input', { name: key, value, placeholder: usual ?? '', autocomplete: 'off', spellcheck: 'false' });
  if (!dial) return field(label, input);
  const at = dial.findIndex((step) => amount(step) >= amount(value || usual || ''));
  const slider = make('input', {
    type: 'range', min: 0, max: dial.length - 1, value: at < 0 ? dial.length - 1 : at, 'aria-label': `${label}, dial`,
    'aria-valuetext': value || usual || '',
    oninput: () => {
      input.value = dial[Number(slider.value)];
      slider.setAttribute('aria-valuetext', input.value);
    },
    onchange: () => slider.form?.requestSubmit(),
  });
  const both = field(label, input);
  both.classList.add('dial');
  both.append(slider);
  return both;
}

/** @param {string[]} path @param {{[key: string]: unknown}} values @param {{[key: string]: string}} said */
async function set(path, values, said) {
  clearFailure();
  const changed = Object.entries(said).filter(([key, text]) => text !== shown(values[key]));
  if (changed.length === 0) return note(make('p', {}, 'Nothing is different.'));
  const value = Object.fromEntries(changed.map(([key, text]) => [key, meant(text, values[key])]));
  if (!(await ask({ ask: 'set', path, value }))) return;
  const told = changed.map(([key, text]) => `${key} ${text || 'as usual'}`).join(', ');
  note(make('p', {}, `As if it had always been so: ${told}.`));
}

/** The text that was opened. @type {View} */
export function text() {
  const area = make('textarea', { name: 'scenario', rows: 26, spellcheck: 'false', autocomplete: 'off' });
  area.value = network.opened;
  const body = [
    make('p', {}, 'What the lab was opened with; what was done since is done again after it.'),
    form('Apply', [field('Scenario', area)], async ({ scenario }) => {
      clearFailure();
      if (await ask({ ask: 'edit', text: `${scenario}\n` })) note(make('p', {}, 'Applied.'));
    }, 'Text'),
  ];
  return { title: 'The scenario as text', body };
}
