// What people take away from the lab, as files: the scenario that repeats what was done, the packets, and the page
// itself with all that was seen, which replays it without a lab.

import { ask } from './model.js';
import { button, dialog, fill, make, part } from './words.js';
import * as session from './session.js';
import { Unanswered } from './unanswered.js';

export function show() {
  part('take').addEventListener('click', open);
}

function open() {
  const said = make('div', { role: 'status' });
  const kinds = [
    choice('Scenario', 'What the lab was opened with and what was done: vpcsim run repeats it, a lab opens it.',
      () => scenario()),
    choice('Capture', 'The packets so far, for Wireshark and the like: the first 100,000, and 128 bytes of each.',
      () => made('capture', 'lab.pcapng', said)),
    choice('Replay', 'This page as one file that plays again what was seen so far, without a lab. Of many packets it '
      + 'shows some.', () => made('recording', 'lab.html', said)),
  ];
  dialog('Take it away', ...kinds, said);
}

/** @param {string} name @param {string} what @param {() => void} take */
const choice = (name, what, take) =>
  make('div', { class: 'choice' }, button(name, take, { class: 'main' }), make('p', {}, what));

async function scenario() {
  const got = await ask({ ask: 'text' });
  if (got) save(new Blob([got.said], { type: 'text/plain' }), 'lab.toml');
}

/** @param {'capture' | 'recording'} what @param {string} name @param {HTMLElement} said */
async function made(what, name, said) {
  fill(said, 'It is being made.');
  try {
    save(await session.take(what), name);
    fill(said, `${name} is saved.`);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    fill(said, error.failure.message);
  }
}

/** @param {Blob} content @param {string} name */
function save(content, name) {
  const address = URL.createObjectURL(content);
  const link = make('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
