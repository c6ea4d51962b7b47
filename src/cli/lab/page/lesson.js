// A lesson: what there is to read, its stages, each with a question to think about before the run and a goal, and which
// goals are reached. Whether one is, the library says.

import { ask, listen, network, state } from './model.js';
import { lessons, open } from './opening.js';
import { clearFailure } from './panel.js';
import { button, dialog, fill, form, make, part, sentence } from './words.js';

/**
 * @typedef {import('./protocol').LessonState} LessonState
 * @typedef {import('./protocol').StageState} StageState
 * @typedef {import('./protocol').StageResult} StageResult
 */

/** How far somebody came, by lesson, for as long as this page is open. @type {Map<string, Set<string>>} */
const reached = new Map();
/** Lessons of which all stages were reached. @type {Set<string>} */
const done = new Set();
/** What was guessed, by question. @type {Map<string, number>} */
const guesses = new Map();
/** What came of the last check, by stage. @type {Map<string, StageResult>} */
let results = new Map();
let name = '';
/** Called whenever the session moves on. @type {(() => void)[]} */
let living = [];

export function show() {
  part('lessons').addEventListener('click', list);
  listen({
    network: () => network.lesson?.name !== name && begin(),
    state: () => living.forEach((update) => update()),
  });
}

/** The network is another one. */
export function forget() {
  results = new Map();
  name = '';
}

function begin() {
  name = network.lesson?.name ?? '';
  draw(network.lesson);
  part('panel').scrollTop = 0;
}

/** All lessons, by track. */
function list() {
  const said = make('div', { role: 'alert' });
  const tracks = [...new Set(lessons.map(({ track }) => track))];
  const close = dialog('Lessons', ...tracks.map((track) => make('section', { 'aria-label': track },
    make('h3', {}, track),
    make('ol', {}, lessons.filter((one) => one.track === track).map((one) => make('li', {},
      button(one.title, async () => (await open({ lesson: one.name }, said)) && close(), { class: 'link' }),
      done.has(one.name) && make('strong', { class: 'passed' }, ' Reached.')))))), said);
}

/** @param {LessonState | null} lesson */
function draw(lesson) {
  const box = part('lesson');
  living = [];
  box.hidden = !lesson;
  if (!lesson) return fill(box);
  const known = reached.get(lesson.name) ?? new Set();
  const current = lesson.stages.findIndex((stage) => !results.get(stage.name)?.passed);
  const count = lesson.stages.filter((stage) => known.has(stage.name)).length;
  fill(box,
    make('h2', {}, `Lesson: ${lesson.title}`),
    ...read(lesson.text),
    make('p', { role: 'status', class: 'progress' }, `${count} of ${lesson.stages.length} stages reached.`),
    ...lesson.stages.map((stage, n) => stageBox(lesson, stage, n, n === Math.max(current, 0))),
    make('div', { class: 'row' }, button('Check the goals', () => check(lesson), { id: 'check', class: 'main' }),
      count === lesson.stages.length && following(lesson)));
}

/** The lesson after this one. @param {LessonState} lesson */
function following(lesson) {
  const next = lessons[lessons.findIndex((one) => one.name === lesson.name) + 1];
  return next && button(`Next lesson: ${next.title}`, () => open({ lesson: next.name }));
}

/** @param {LessonState} lesson */
async function check(lesson) {
  clearFailure();
  const got = await ask({ ask: 'check' });
  if (!got) return;
  const said = /** @type {StageResult[]} */ (got.said);
  results = new Map(said.map((one) => [one.name, one]));
  const known = reached.get(lesson.name) ?? new Set();
  said.filter((one) => one.passed).forEach((one) => known.add(one.name));
  reached.set(lesson.name, known);
  if (lesson.stages.every((stage) => known.has(stage.name))) done.add(lesson.name);
  draw(lesson);
  part('check').focus();
}

/** @param {LessonState} lesson @param {StageState} stage @param {number} n @param {boolean} isOpen */
function stageBox(lesson, stage, n, isOpen) {
  const result = results.get(stage.name);
  return make('details', { class: 'stage', open: isOpen },
    make('summary', {}, `Stage ${n + 1}: `, ...sentence(stage.goal),
      result && make('strong', { class: result.passed ? 'passed' : 'missing' },
        result.passed ? ' Reached.' : ' Not yet.')),
    result?.why && make('p', { class: 'why' }, ...sentence(result.why)),
    stage.question && quiz(lesson, stage),
    n > 0 && button('Begin at this stage', () => beginAt(lesson.name, stage.name)));
}

/** @param {string} lesson @param {string} stage */
async function beginAt(lesson, stage) {
  // A nanosecond later, what makes the network as it is there has been done.
  if (await open({ lesson, stage })) await ask({ ask: 'play', until_ns: 1 });
}

/** A question to think about before the run; its answer is for after it. @param {LessonState} lesson
 * @param {StageState} stage */
function quiz(lesson, stage) {
  const key = `${lesson.name}\n${stage.name}`;
  const question = make('p', {}, ...sentence(stage.question ?? ''));
  const box = make('section', { class: 'quick', 'aria-label': `Question of ${stage.name}` });
  const ask = () => fill(box, form('Guess', [make('fieldset', {}, make('legend', {}, ...sentence(stage.question ?? '')),
    ...stage.choices.map((text, n) => make('label', {},
      make('input', { type: 'radio', name: 'guess', value: n, required: true }), ` ${text}`)))],
  ({ guess }) => {
    guesses.set(key, Number(guess));
    wait();
  }, `Guess about ${stage.name}`));
  const wait = () => {
    const told = make('p', { role: 'status' });
    const compare = button('Compare with the answer', answer);
    fill(box, question, make('p', {}, `You say: ${stage.choices[guesses.get(key) ?? 0]}.`), told,
      compare);
    const update = () => {
      const isRun = state.emitted > 0;
      compare.hidden = !isRun;
      if (!isRun) told.textContent = 'Now play, and see what happens.';
      else if (told.textContent) told.textContent = '';
    };
    living.push(update);
    update();
  };
  const answer = () => {
    const isRight = stage.right === null || guesses.get(key) === stage.right;
    const said = make('p', { tabindex: -1 }, make('strong', {}, isRight ? 'Right. ' : 'Not so. '),
      stage.right === null || isRight ? '' : `${stage.choices[stage.right]}. `, ...sentence(stage.answer ?? ''));
    fill(box, question, said);
    said.focus();
  };
  guesses.has(key) ? wait() : ask();
  return box;
}

/** Its text, of which a section is read at a time: the answer stands at its end. @param {string} text */
function read(text) {
  const [first, ...sections] = text.split(/^## /m);
  const [, ...opening] = first.split('\n');
  return [...paragraphs(opening.join('\n')), ...sections.map((section) => {
    const [title, ...rest] = section.split('\n');
    return make('details', {}, make('summary', {}, title), ...paragraphs(rest.join('\n')));
  })];
}

/** @param {string} text Markdown, of which only fences matter here @returns {HTMLElement[]} */
const paragraphs = (text) => text.split(/^```.*$/m).flatMap((piece, n) => {
  const isCode = n % 2 === 1;
  const parts = isCode ? [piece] : piece.split(/\n\n+/);
  return parts.map((one) => one.trim()).filter((one) => one)
    .map((one) => (isCode ? make('pre', { tabindex: 0 }, one) : make('p', {}, ...sentence(one.replaceAll('\n', ' ')))));
});
