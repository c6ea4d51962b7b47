// Answers of the library in words: why two hosts do or do not talk, the story of a packet, the bill so far.

import { ask, network, titled } from './model.js';
import { fields } from './headers.js';
import { link, render } from './panel.js';
import { perform } from './things.js';
import { button, counted, facts, fill, instant, make, rate, size, span, table } from './words.js';

/**
 * @typedef {import('./panel.js').View} View
 * @typedef {import('./words.js').Child} Child
 * @typedef {import('./protocol').Leg} Leg
 */

/** @param {import('./protocol').Explanation} found @param {() => void} again @returns {Child[]} */
export function explained(found, again) {
  const steps = found.fix?.steps ?? [];
  const mend = async () => {
    for (const step of steps) {
      if (!step.keys || !(await perform(step.keys))) return;
    }
    again();
  };
  return [
    make('h3', {}, `${found.src} to ${found.dst ?? found.address}`),
    make('p', { class: found.round_trip ? 'good' : 'bad' },
      make('strong', {}, found.round_trip ? 'They talk. ' : `${found.code}. `), `${found.sentence} (${found.rules})`),
    leg('There', found.request),
    found.reply && leg('Back', found.reply),
    steps.length > 0 && make('section', { 'aria-label': 'What would mend it', class: 'mend' },
      make('h4', {}, 'What would mend it'),
      ...steps.map((step) => make('div', {}, make('p', {}, `${step.how}:`), make('pre', { tabindex: 0 }, step.lines))),
      steps.every((step) => step.keys)
        && button(steps.length === 1 ? 'Do it' : `Do these ${steps.length}`, mend, { class: 'main' })),
  ];
}

/** @param {string} title @param {Leg} way */
const leg = (title, way) => make('section', { 'aria-label': title },
  make('h4', {}, `${title}: ${way.verdict}`),
  make('ol', {},
    make('li', {}, `${way.from} sends to ${way.to}`),
    make('li', {}, 'table ', link('table', way.table), way.matched
      ? ` matches ${way.matched.to} ${way.matched.next_hop}` : ' has no route to it'),
    ...losers(way.lost),
    way.peering && make('li', {}, 'peering ',
      link('peering', titled(way.peering.name) ?? '', way.peering.name), ` is ${way.peering.state}`),
    way.far_vpc && make('li', {}, `it enters ${way.far_vpc}`),
    way.landed_on && make('li', {}, `it reaches ${way.landed_on}`)));

/** @param {Leg['lost']} lost */
const losers = (lost) => lost.map((one) => make('li', { class: 'lost' },
  `${one.to} ${one.next_hop} holds it too, and loses: ${one.why}`));

/** @type {View} */
export function packet(shown) {
  if (!shown.result) tell(shown);
  return { title: `Packet ${shown.name}`, body: [button('Tell it again, up to now', () => tell(shown))] };
}

/** @param {import('./panel.js').Shown} shown */
async function tell(shown) {
  shown.result ??= make('p', {}, 'Its story is looked up.');
  const got = await ask({ ask: 'story', packet: shown.name });
  if (!got) {
    shown.result = make('p', {}, 'It has no story yet.');
    return render();
  }
  /** @type {import('./protocol').Story} */
  const story = got.said.story;
  shown.result = make('div', {}, ...story.ways.map(way),
    story.no_reply && make('p', {}, `No reply: ${JSON.stringify(story.no_reply)}`));
  render();
}

/** @param {import('./protocol').Way} told */
function way(told) {
  const rows = fields(told.header.emitted);
  const ended = told.header.ended ? fields(told.header.ended) : rows;
  return make('section', { 'aria-label': `${told.what} ${told.name}` },
    make('h3', {}, told.what),
    make('p', {}, `${told.source} to ${told.destination}, ${size(told.bytes)}`),
    make('ol', { class: 'steps' }, told.steps.map((moment) => make('li', { class: moment.event },
      make('time', {}, instant(moment.time_ns)), ' ', ...words(moment),
      moment.lost?.length ? make('ul', {}, moment.lost.map(loser)) : null))),
    make('details', {}, make('summary', {}, 'Its header, byte by byte'),
      table(`Header of ${told.what}`, ['field', 'bytes', 'value'], rows.map((row, n) => [
        row.name, make('code', {}, row.bytes),
        ended[n] && ended[n].value !== row.value ? `${row.value}, at the end ${ended[n].value}` : row.value,
      ]))));
}

/** @param {NonNullable<import('./protocol').Moment['lost']>[number]} lost */
const loser = (lost) => make('li', { class: 'lost' }, `${lost.prefix} ${lost.next_hop} ${lost.words}`);

/** @param {import('./protocol').Moment} moment @returns {Child[]} */
function words(moment) {
  const at = `at ${moment.place}`;
  switch (moment.event) {
    case 'emitted': return [`sent by ${moment.sender}`];
    case 'routed': return ['looked up in table ', link('table', moment.table ?? ''), moment.entry
      ? `: ${moment.entry.prefix} matches, next hop ${moment.entry.next_hop}` : ': no entry holds its destination'];
    case 'offered': return [`reaches the bucket ${at}`, moment.tokens_bytes == null ? '' : ` with ${
      size(moment.tokens_bytes)} of tokens`, `, ${counted(moment.ahead ?? 0, 'packet')} ahead; it ${moment.then}`];
    case 'departed': return [`leaves the bucket ${at}, `, moment.waited_ns ? `waited ${span(moment.waited_ns)}`
      : 'did not wait'];
    case 'arrived': return [`comes out of ${moment.place} after ${span(moment.delay_ns ?? 0)}`];
    case 'delivered': return [`delivered to ${moment.host}`, moment.is_meant ? '' : ', which it was not meant for'];
    case 'dropped': return [make('strong', {}, `dropped: ${moment.reason}`), `. ${moment.sentence}`];
    case 'changed': return [`${moment.change} ${at}`];
    default: return [moment.event];
  }
}

/** @type {View} */
export function bill(shown) {
  const load = async () => {
    shown.result ??= make('p', {}, 'It is being reckoned.');
    const got = await ask({ ask: 'bill' });
    if (got) shown.result = invoice(got.said);
    render();
  };
  if (!shown.result) load();
  return { title: 'The bill so far', body: [button('Reckon again, up to now', load)] };
}

/** @param {import('./protocol').BillSaid} said */
const invoice = (said) => make('div', {},
  make('p', {}, `What the peerings cost if it ended now, by ${said.book.name}.`),
  facts(said.totals.map((total) => [total.account, `${total.amount} ${total.currency}`
    + (total.unpriced > 0 ? `, ${counted(total.unpriced, 'line')} without a price` : '')])),
  table('Lines of the bill', ['peering', 'period', 'measured', 'tier', 'price', 'amount'], said.lines.map((line) => [
    line.peering, line.period, rate(line.measured_bps), line.tier, line.unit_price, line.amount ?? line.reason,
  ])));
