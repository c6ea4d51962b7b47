// Which network the page shows: a class begins or joins one; a scenario is opened, or begun anew.

import { fail } from './model.js';
import { complaints } from './panel.js';
import { button, dialog, field, fill, form, make, part } from './words.js';
import * as session from './session.js';
import { Unanswered } from './unanswered.js';

/** @type {() => Promise<boolean>} */
let shown = async () => false;

/** All that there are. @type {import('./protocol').LessonName[]} */
export let lessons = [];

/** @param {() => Promise<boolean>} show shows the network in use; whether there is one */
export async function begin(show) {
  shown = show;
  part('open').addEventListener('click', openDialog);
  part('anew').addEventListener('click', anewDialog);
  const about = await session.about();
  const { code, class: isClass } = about;
  lessons = about.lessons;
  if (about.recorded) {
    for (const id of ['lessons', 'open', 'anew']) part(id).hidden = true;
    part('code').textContent = about.recorded;
  }
  if (!isClass) return use(code ?? '');
  addEventListener('hashchange', () => location.hash.slice(1) !== inUse && use(location.hash.slice(1)));
  if (location.hash.length > 1 && (await use(location.hash.slice(1)))) return true;
  startView();
  return false;
}

let inUse = '';

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
  if (!(error instanceof Unanswered)) throw error;
  fill(where, error.failure.message, complaints(error.failure));
}

function openDialog() {
  const text = make('textarea', { name: 'text', rows: 12, required: true, spellcheck: 'false' });
  const said = make('div', { role: 'alert' });
  const file = make('input', { type: 'file', accept: '.toml,text/plain', onchange: async () => {
    const chosen = file.files?.[0];
    if (chosen) text.value = await chosen.text();
  } });
  const close = dialog('Open a scenario',
    form('Open', [field('From a file', file), field('Or as text', text), said], async () => {
      if (await open({ text: text.value }, said)) close();
    }));
}

/**
 * Opens a network in the place of this one; whether it is shown.
 * @param {{ text?: string, lesson?: string, stage?: string }} what @param {HTMLElement} [said] where it says why not
 */
export async function open(what, said) {
  let code;
  try {
    code = await session.open(what);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    if (said) tell(said, error);
    else fail(error.failure);
    return false;
  }
  // The network that was in use may be gone: then this is another.
  if (location.hash.length > 1) location.hash = code;
  return use(code);
}

function anewDialog() {
  const said = make('div', { role: 'alert' });
  const close = dialog('Start anew?',
    make('p', {}, 'The network becomes what the lab began with. What was done is gone, unless you take it away first.'),
    said,
    button('Start anew', async () => (await open({}, said)) && close(), { class: 'main' }));
}
