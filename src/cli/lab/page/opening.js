// Which network the page shows: a class begins or joins one; a scenario is opened, taken away, or begun anew.

import { ask } from './model.js';
import { complaints } from './panel.js';
import { button, choice, field, fill, form, make, part } from './words.js';
import * as session from './session.js';

/** @type {() => Promise<boolean>} */
let shown = async () => false;

const dialog = () => /** @type {HTMLDialogElement} */ (part('dialog'));

/** @param {() => Promise<boolean>} show shows the network in use; whether there is one */
export async function begin(show) {
  shown = show;
  part('open').addEventListener('click', openDialog);
  part('save').addEventListener('click', save);
  part('anew').addEventListener('click', anewDialog);
  const about = await session.about();
  const { code, class: isClass } = about;
  lessons = (about.lessons ?? []).map((lesson) => [lesson.name, `${lesson.track}: ${lesson.title}`]);
  if (!isClass) return use(code ?? '');
  addEventListener('hashchange', () => location.hash.slice(1) !== inUse && use(location.hash.slice(1)));
  if (location.hash.length > 1 && (await use(location.hash.slice(1)))) return true;
  startView();
  return false;
}

let inUse = '';
/** @type {[string, string][]} */
let lessons = [];

/** @param {string} code */
async function use(code) {
  inUse = code;
  session.use(code);
  // What is hidden cannot be measured.
  part('lab').hidden = false;
  const isThere = await shown();
  if (isThere && location.hash.length > 1) part('code').textContent = `Code: ${code}`;
  part('start').hidden = isThere;
  part('lab').hidden = !isThere;
  return isThere;
}

/** In a class: a network of one's own, or that of somebody who told its code. */
function startView() {
  const start = part('start');
  const said = make('p', { role: 'alert' });
  const own = button('Begin your network', async () => {
    try {
      session.use('');
      await take(await session.open({}), said);
    } catch (error) {
      tell(said, error);
    }
  }, { class: 'main' });
  fill(start,
    make('h2', {}, 'Welcome to the lab'),
    make('p', {}, 'Build a network of your own, or look at one together with others.'),
    own,
    form('Join', [field('Join with a code', make('input', {
      name: 'code', required: true, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false',
    }))], ({ code }) => take(code.toLowerCase(), said)),
    said);
  start.hidden = false;
  part('lab').hidden = true;
}

/** @param {string} code @param {HTMLElement} said */
async function take(code, said) {
  inUse = code;
  location.hash = code;
  if (!(await use(code))) said.textContent = `There is no network behind the code ${code}.`;
}

/** @param {HTMLElement} where @param {unknown} error */
function tell(where, error) {
  if (!(error instanceof session.Unanswered)) throw error;
  fill(where, error.failure.message, complaints(error.failure));
}

function openDialog() {
  const text = make('textarea', { name: 'text', rows: 12, required: true, spellcheck: 'false' });
  const said = make('div', { role: 'alert' });
  const file = make('input', { type: 'file', accept: '.toml,text/plain', onchange: async () => {
    const chosen = file.files?.[0];
    if (chosen) text.value = await chosen.text();
  } });
  dialog().setAttribute('aria-label', 'Open a scenario');
  fill(dialog(),
    make('h2', {}, 'Open a scenario'),
    form('Open', [field('From a file', file), field('Or as text', text), said], async () => {
      if (await open({ text: text.value }, said)) dialog().close();
    }),
    lessons.length > 0 && form('Open lesson', [field('A lesson', choice('lesson', lessons))], async ({ lesson }) => {
      if (await open({ lesson }, said)) dialog().close();
    }),
    button('Close', () => dialog().close()));
  dialog().showModal();
}

/** @param {{ text?: string, lesson?: string }} what @param {HTMLElement} said */
async function open(what, said) {
  try {
    await session.open(what);
  } catch (error) {
    tell(said, error);
    return false;
  }
  return shown();
}

function anewDialog() {
  const said = make('div', { role: 'alert' });
  dialog().setAttribute('aria-label', 'Start anew');
  fill(dialog(),
    make('h2', {}, 'Start anew?'),
    make('p', {}, 'The network becomes what the lab began with. What was done is gone, unless you save it first.'),
    said,
    make('div', { class: 'row' },
      button('Start anew', async () => {
        if (await open({}, said)) dialog().close();
      }, { class: 'main' }),
      button('Keep this one', () => dialog().close())));
  dialog().showModal();
}

/** The scenario that repeats what was done, as a file. */
async function save() {
  const got = await ask({ ask: 'text' });
  if (!got) return;
  const address = URL.createObjectURL(new Blob([got.said], { type: 'text/plain' }));
  const link = make('a', { href: address, download: 'lab.toml' });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
