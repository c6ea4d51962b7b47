// A lesson: what there is to read and to think about, its goals, and which of them are reached. Whether one is, the
// library says.

import { ask, listen, network } from './model.js';
import { clearFailure } from './panel.js';
import { button, fill, make, part } from './words.js';

/**
 * @typedef {import('./protocol').LessonState} LessonState
 * @typedef {import('./protocol').StageState} StageState
 * @typedef {import('./protocol').StageResult} StageResult
 */

let name = '';

export function show() {
  listen({ network: () => network.lesson?.name !== name && draw(network.lesson) });
}

/** @param {LessonState | null} lesson */
function draw(lesson) {
  name = lesson?.name ?? '';
  const box = part('lesson');
  box.hidden = !lesson;
  if (!lesson) return fill(box);
  const results = lesson.stages.map(() => make('span', { class: 'result' }));
  const check = async () => {
    clearFailure();
    const got = await ask({ ask: 'check' });
    if (!got) return;
    const said = /** @type {StageResult[]} */ (got.said);
    said.forEach(({ passed, why }, n) => results[n] && fill(results[n],
      make('strong', { class: passed ? 'passed' : 'missing' }, passed ? 'Reached.' : 'Not yet.'), why && ` ${why}`));
  };
  fill(box,
    make('h2', {}, `Lesson: ${lesson.title}`),
    ...read(lesson.text),
    make('ol', { role: 'status' }, lesson.stages.map((stage, n) => make('li', {}, stage.goal, ' ', results[n]))),
    button('Check the goals', check, { class: 'main' }),
    ...lesson.stages.filter((stage) => stage.question).map(quiz));
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
    .map((one) => (isCode ? make('pre', { tabindex: 0 }, one) : make('p', {}, one)));
});

/** A question to think about before the answer is read. @param {StageState} stage */
function quiz(stage) {
  const answer = make('p', { hidden: true, tabindex: -1 },
    stage.right === null ? '' : `${stage.choices[stage.right]}. `, stage.answer);
  return make('section', { class: 'quick', 'aria-label': `Question of ${stage.name}` },
    make('p', {}, stage.question),
    stage.choices.length > 0 && make('ul', {}, stage.choices.map((choice) => make('li', {}, choice))),
    button('Show the answer', () => {
      answer.hidden = false;
      answer.focus();
    }), answer);
}
