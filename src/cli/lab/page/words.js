// Quantities in words, and elements of the page. It decides nothing.

/**
 * As the report prints it, with up to three decimals.
 * @param {number} value @param {[from: number, size: number, unit: string][]} units largest first
 */
function scaled(value, units) {
  const [, size, unit] = units.find(([from]) => Math.abs(value) >= from) ?? units[units.length - 1];
  return `${Number((value / size).toFixed(3))} ${unit}`;
}

/** @param {number | null | undefined} bps */
export const rate = (bps) => bps == null ? 'none' :
  scaled(bps, [[1e9, 1e9, 'Gbps'], [1e6, 1e6, 'Mbps'], [1e3, 1e3, 'kbps'], [1, 1, 'bps']]);

/** @param {number | null | undefined} bytes */
export const size = (bytes) => bytes == null ? 'none' :
  scaled(bytes, [[1e9, 1e9, 'GB'], [1e6, 1e6, 'MB'], [1e4, 1e3, 'kB'], [1, 1, 'B']]);

/** A span: in days and hours where three decimals are exact. @param {number} ns */
export function span(ns) {
  const [day, hour] = [86_400e9, 3_600e9].map((unit) => (ns % (unit / 1_000) === 0 ? unit : Infinity));
  return scaled(ns, [[day, 86_400e9, 'd'], [hour, 3_600e9, 'h'], [1e9, 1e9, 's'], [1e6, 1e6, 'ms'], [1e3, 1e3, 'us'],
    [1, 1, 'ns']]);
}

/** An instant, to the microsecond. @param {number} ns */
export const instant = (ns) => `${(ns / 1e9).toFixed(6)} s`;

/** @param {number} n */
export const count = (n) => n.toLocaleString('en');

/** @param {number} n @param {string} what */
export const counted = (n, what) => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

/**
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {{ [name: string]: string | number | boolean | ((event: any) => void) | null | undefined }} Attributes
 */

/**
 * An element. What stands in it is text or elements, never markup; `onclick` and the like are listeners.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  fill(element, ...children);
  return element;
}

/** Replaces what stands in an element. @param {Element} element @param {...(Child | Child[])} children */
export function fill(element, ...children) {
  const nodes = children.flat().filter((child) => child != null && child !== false);
  element.replaceChildren(...nodes.map((child) => (child instanceof Node ? child : String(child))));
}

/** The element of the page with an id. @param {string} id @returns {HTMLElement} */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`there is no #${id}`);
  return found;
}

/** @param {string} text @param {() => void} onclick @param {Attributes} [more] */
export const button = (text, onclick, more = {}) => make('button', { type: 'button', onclick, ...more }, text);

/** Pairs of a term and what holds of it. @param {[string, Child | Child[]][]} pairs */
export const facts = (pairs) =>
  make('dl', {}, pairs.flatMap(([term, what]) => [make('dt', {}, term), make('dd', {}, ...[what].flat())]));

/** @param {string} title @param {(string | Node)[]} heads @param {Child[][]} rows */
export const table = (title, heads, rows) =>
  make('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': title },
    make('table', {},
      make('caption', { class: 'unseen' }, title),
      make('thead', {}, make('tr', {}, heads.map((head) => make('th', { scope: 'col' }, head)))),
      make('tbody', {}, rows.map((row) => make('tr', {}, row.map((cell) => make('td', {}, cell)))))));

/** A sentence in which names stand between grave accents. @param {string} text @returns {Child[]} */
export const sentence = (text) => text.split('`').map((piece, n) => (n % 2 === 1 ? make('code', {}, piece) : piece));

let fields = 0;

/** A field with its label. @param {string} label @param {HTMLElement} input */
export function field(label, input) {
  input.id ||= `field-${(fields += 1)}`;
  return make('div', { class: 'field' }, make('label', { for: input.id }, label), input);
}

/** @param {string} name @param {[value: string, text: string][]} options @param {string} [chosen] */
export function choice(name, options, chosen) {
  const list = make('select', { name }, options.map(([value, text]) => make('option', { value }, text)));
  if (chosen !== undefined) list.value = chosen;
  return list;
}

/** @param {string} text @param {HTMLElement[]} parts @param {(values: {[name: string]: string}) => void} done */
export const form = (text, parts, done, label = text) =>
  make('form', {
    'aria-label': label,
    onsubmit: (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
      done(Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()])));
    },
  }, ...parts, make('button', { type: 'submit', class: 'main' }, text));

/** Shows a dialog, which can be closed; how to close it. @param {string} title @param {...(Child | Child[])} body */
export function dialog(title, ...body) {
  const box = /** @type {HTMLDialogElement} */ (part('dialog'));
  const close = () => box.close();
  box.setAttribute('aria-label', title);
  fill(box, make('h2', {}, title), ...body, button('Close', close));
  if (!box.open) box.showModal();
  return close;
}
