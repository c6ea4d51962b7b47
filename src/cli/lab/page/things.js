// What the panel shows of the network as a whole, of a VPC, a host and a route table, and what can be done to them.

import { act, actAs, actor, ask, hosts, network, plain, state, titled } from './model.js';
import { explained } from './answers.js';
import { original, section } from './original.js';
import { answer, clearFailure, link, live, open } from './panel.js';
import { button, choice, count, counted, facts, field, fill, form, instant, make, table } from './words.js';
import * as clock from './clock.js';

/**
 * @typedef {import('./panel.js').View} View
 * @typedef {import('./protocol').Keys} Keys
 */

/** Does something, and takes away what was refused before. @param {Keys} action */
export async function perform(action) {
  clearFailure();
  return act(action);
}

/** How a traffic entry fares. @param {import('./protocol').TrafficState} one @returns {string[]} */
const numbers = (one) => [
  count(one.sent),
  count(one.delivered) + (one.answered === null ? '' : `, ${count(one.answered)} answered`),
  [count(one.dropped), ...one.dropped_by.map(([code, times]) => `${code} ${count(times)}`)].join('; '),
];

/** The traffic as it runs: the numbers change, what can be pressed stays. @param {string} [only] this entry */
function trafficTable(only) {
  const box = make('div');
  /** @type {string | null} */
  let drawn = null;
  /** @type {HTMLElement[][]} */
  let cells = [];
  live(() => {
    const entries = state.traffic.filter((one) => !only || one.name === only);
    const names = entries.map((one) => one.name).join('\n');
    if (names !== drawn) {
      drawn = names;
      cells = entries.map(() => [make('span'), make('span'), make('span')]);
      fill(box, names ? table('Traffic', ['entry', 'sent', 'delivered', 'dropped'], entries.map((one, n) => [
        make('span', {}, only ? one.name : link('traffic', one.name), ` (${one.pattern})`), ...cells[n],
      ])) : make('p', {}, 'No traffic yet: choose a host and send some.'));
    }
    entries.forEach((one, n) => numbers(one).forEach((text, at) => (cells[n][at].textContent = text)));
  });
  return box;
}

/** What can be set of an entry beside what is written of it, by its pattern. */
const OF_TRAFFIC = /** @type {{[pattern: string]: string[]}} */ ({
  ping: ['interval', 'ttl'], tcp: ['window', 'size'], constant: ['rate', 'packet_size', 'ttl'],
});

/** @type {View} */
export function traffic({ name }) {
  const found = state.traffic.find((one) => one.name === name);
  if (!found) return null;
  const written = Object.keys(section(['traffic', name]) ?? {});
  const keys = new Set(['start', 'stop', ...(OF_TRAFFIC[found.pattern] ?? []), ...written]);
  const fixed = ['from', 'to', 'pattern', 'label'];
  const body = [
    trafficTable(name),
    original('Its plan', ['traffic', name], [...keys].filter((key) => !fixed.includes(key))
      .map((key) => ({ key, label: key.replaceAll('_', ' '), usual: 'as usual' })))
      ?? make('p', {}, 'It was begun here: to have it otherwise, go back and begin it so.'),
  ];
  return { title: `Traffic ${name}`, body };
}

/** @type {View} */
export function overview() {
  const changed = network.log.map((one) => make('li', {}, make('time', {}, instant(one.time_ns)), ' ',
    one.action ? `${one.action}: ` : '', one.refused ? `refused (${one.refused}): ` : '', one.outcome));
  const body = [
    network.question && make('p', { class: 'question' }, network.question),
    make('div', { class: 'row' },
      button('Create a peering', () => open('create'), { class: 'main' }),
      button('The bill so far', () => open('bill')),
      button('The scenario as text', () => open('text'))),
    network.accounts.length > 1 && actors(),
    make('h3', {}, 'Traffic'), trafficTable(),
    make('h3', {}, counted(network.vpcs.length, 'VPC')),
    make('ul', { class: 'list' }, network.vpcs.map((vpc) =>
      make('li', {}, link('vpc', vpc.name), ` ${vpc.region}, ${vpc.cidrs.join(', ')}`))),
    make('h3', {}, counted(network.peerings.length, 'peering')),
    make('ul', { class: 'list' }, network.peerings.map((one) =>
      make('li', {}, link('peering', one.name), ` ${one.ends[0].vpc} to ${one.ends[1].vpc}, ${one.state}`))),
    make('h3', {}, 'Changes'),
    changed.length > 0 ? make('ul', { class: 'list' }, changed) : make('p', {}, 'None so far.'),
    button('Forget what was done from now on', () => ask({ ask: 'forget_later' })),
  ];
  return { title: 'The network', body };
}

function actors() {
  /** @type {[string, string][]} */
  const options = [['', 'whoever may'], ...network.accounts.map((one) => /** @type {[string, string]} */ ([one, one]))];
  const list = choice('actor', options, actor);
  list.addEventListener('change', () => actAs(list.value));
  return field('Act as', list);
}

/** @type {View} */
export function vpc({ name }) {
  const found = network.vpcs.find((one) => one.name === name);
  if (!found) return null;
  const peerings = network.peerings.filter(({ ends }) => ends.some((end) => end.vpc === name));
  const body = [
    facts([
      ...(found.label ? [/** @type {[string, string]} */ (['Label', found.label])] : []),
      ['Region', found.region], ['Account', found.account], ['CIDRs', found.cidrs.join(', ')],
    ]),
    make('h3', {}, 'Hosts'),
    make('ul', { class: 'list' }, found.hosts.map((host) =>
      make('li', {}, link('host', host.name), ` ${host.address}${host.up ? '' : ', stopped'}`))),
    found.more_hosts > 0 && make('p', {}, `and ${counted(found.more_hosts, 'host')} more`),
    make('h3', {}, 'Subnets and their route tables'),
    make('ul', { class: 'list' }, found.subnets.map((subnet) =>
      make('li', {}, `${subnet.name} ${subnet.cidr}: `, link('table', subnet.table, `table ${subnet.table}`)))),
    make('h3', {}, 'Peerings'),
    make('ul', { class: 'list' }, peerings.map((one) => make('li', {}, link('peering', one.name), ` ${one.state}`))),
    button('Create a peering', () => open('create', name)),
    make('h3', {}, 'One more CIDR'),
    form('Add CIDR', [field('CIDR', make('input', { name: 'cidr', required: true, placeholder: '10.9.0.0/16' }))],
      ({ cidr }) => perform({ do: 'add_cidr', vpc: name, cidr })),
    original('From the beginning', ['vpc', name], [{ key: 'cidr', label: 'CIDRs, with commas between them' }]),
  ];
  return { title: `VPC ${name}`, body };
}

/** A field for a host or an address. @param {string} label @param {string} name @param {string} [not] */
function hostField(label, name, not) {
  const list = make('datalist', { id: `hosts-${name}` },
    hosts().filter((host) => host.name !== not).map((host) => make('option', { value: host.name }, host.address)));
  const other = hosts().find((host) => host.name !== not && host.name.split('/')[0] !== not?.split('/')[0]);
  const input = make('input', { name, list: list.id, required: true, autocomplete: 'off', value: other?.name ?? '' });
  return make('div', {}, field(label, input), list);
}

/** @type {[string, string][]} */
const PATTERNS = [['ping', 'ping'], ['constant', 'UDP at a rate'], ['tcp', 'a TCP connection']];

/** @type {[string, string][]} */
const SOURCES = [['', 'as usual'], ['true', 'only its own address'], ['false', 'any: it passes on what others send']];

/** @type {View} */
export function host({ name }) {
  const found = hosts().find((one) => one.name === name);
  if (!found) return null;
  const owner = network.vpcs.find((one) => one.hosts.includes(found));
  const tableName = owner?.subnets.find((subnet) => subnet.name === found.subnet)?.table ?? '';
  const pattern = choice('pattern', PATTERNS);
  const amount = make('input', { name: 'amount', value: '' });
  const amountField = field('Interval', amount);
  const label = amountField.querySelector('label');
  const usual = /** @type {{[pattern: string]: [string, string]}} */ ({
    ping: ['Interval', '1 s'], constant: ['Rate', '1 Mbps'], tcp: ['Size (empty: without end)', '1 MB'],
  });
  const suit = () => {
    if (label) label.textContent = usual[pattern.value][0];
    amount.value = usual[pattern.value][1];
  };
  pattern.addEventListener('change', suit);
  suit();
  const body = [
    facts([
      ['Address', found.address], ['Subnet', found.subnet], ['State', found.up ? 'up' : 'stopped'],
      ['VPC', owner ? link('vpc', owner.name) : ''], ['Route table', link('table', tableName)],
    ]),
    make('h3', {}, 'Send from here'),
    form('Send', [hostField('To', 'to', name), field('What', pattern), amountField], (values) => send(name, values)),
    make('h3', {}, 'Does it reach another?'),
    form('Explain', [hostField('To host or address', 'target', name)], ({ target }) => explain(name, target)),
    make('h3', {}, 'Fault'),
    button(found.up ? 'Stop this host' : 'Start this host', () =>
      perform({ do: found.up ? 'host_down' : 'host_up', host: name })),
    original('From the beginning', ['vpc', owner?.name ?? '', 'host', name.slice((owner?.name ?? '').length + 1)], [
      { key: 'source_check', label: 'Sources of what it sends', options: SOURCES },
    ]),
  ];
  return { title: `Host ${name}`, body };
}

/** @param {string} from @param {{[name: string]: string}} values */
async function send(from, { to, pattern, amount }) {
  clearFailure();
  /** @type {Keys} */
  const traffic = { from, to, pattern };
  if (pattern === 'ping') traffic.interval = amount || '1 s';
  else if (pattern === 'tcp' && amount) traffic.size = amount;
  else if (pattern === 'constant') Object.assign(traffic, { rate: amount || '1 Mbps', packet_size: '1000 B' });
  const sent = await ask({ ask: 'send', traffic });
  if (!sent) return;
  answer(make('p', {}, `${sent.said} sends from ${from} to ${to} from now on.`));
  if (!clock.isRunning()) clock.start();
}

/** @param {string} from @param {string} to */
export async function explain(from, to) {
  clearFailure();
  const got = await ask({ ask: 'explain', from, to });
  if (got) answer(...explained(got.said, () => explain(from, to)));
}

/** @type {View} */
export function routes({ name }) {
  const owner = network.vpcs.find((one) => one.tables.some((table) => table.name === name));
  const found = owner?.tables.find((one) => one.name === name);
  if (!owner || !found) return null;
  const rows = found.routes.map((route) => [
    route.to,
    titled(route.via) ? link('peering', titled(route.via) ?? '', route.via) : route.via,
    route.disabled ? 'disabled' : 'in force',
    route.via === 'local' ? '' : make('div', { class: 'row' },
      button(route.disabled ? 'Enable' : 'Disable', () =>
        perform({ do: route.disabled ? 'enable_route' : 'disable_route', table: name, to: route.to }),
      { 'aria-label': `${route.disabled ? 'Enable' : 'Disable'} ${route.to}` }),
      button('Remove', () => perform({ do: 'remove_route', table: name, to: route.to }),
        { 'aria-label': `Remove ${route.to}` })),
  ]);
  const users = owner.subnets.filter((subnet) => subnet.table === name).map((subnet) => subnet.name);
  const body = [
    make('p', {}, 'The longest prefix that holds the destination decides.'),
    facts([['VPC', link('vpc', owner.name)], ['Subnets', users.join(', ') || 'none']]),
    table(`Routes of ${name}`, ['destination', 'next hop', 'state', 'change'], rows),
    make('h3', {}, 'Add a route'),
    routeForm(name, owner.name),
  ];
  return { title: `Route table ${name}`, body };
}

/** A form for a new route. @param {string} tableName @param {string} vpc @param {string} [via] a peering */
export function routeForm(tableName, vpc, via) {
  const own = network.peerings.filter(({ name, ends }) =>
    ends.some((end) => end.vpc === vpc) && titled(plain(name)) === name);
  const far = own.flatMap((one) => one.ends).filter((end) => end.vpc !== vpc).flatMap((end) => [
    ...end.cidrs, ...(network.vpcs.find((one) => one.name === end.vpc)?.subnets.map((subnet) => subnet.cidr) ?? []),
  ]);
  const first = own.find((one) => plain(one.name) === via)?.ends.find((end) => end.vpc !== vpc)?.cidrs[0];
  const options = [...new Set(far)].map((to) => make('option', { value: to }));
  const list = make('datalist', { id: `far-${tableName}` }, options);
  const to = make('input', { name: 'to', list: list.id, required: true, autocomplete: 'off', value: first ?? '' });
  /** @type {[string, string][]} */
  const hops = own.map((one) => [plain(one.name), `peering ${plain(one.name)}`]);
  const hop = choice('via', [...hops, ['', 'blackhole: drop on purpose']], via);
  return form('Add route', [field('Destination (CIDR)', to), list, field('Next hop', hop)],
    (values) => perform({
      do: 'add_route', table: tableName, to: values.to, via: values.via || { blackhole: true },
    }), `Add route to ${tableName}`);
}
