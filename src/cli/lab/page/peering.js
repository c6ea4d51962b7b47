// What the panel shows of a peering connection, as the console's page of details does, and how one is created.

import { network, plain, state, titled } from './model.js';
import { original, RATES, SIZES, WAITS } from './original.js';
import { link, live, open } from './panel.js';
import { between } from './monitor.js';
import { perform, routeForm } from './things.js';
import {
  button, choice, count, counted, dialog, facts, field, fill, form, make, rate, size, span, table,
} from './words.js';

/**
 * @typedef {import('./panel.js').View} View
 * @typedef {import('./protocol').PeeringDetails} PeeringDetails
 * @typedef {import('./protocol').EndDetails} EndDetails
 */

/** @type {View} */
export function peering({ name }) {
  const found = network.peerings.find((one) => one.name === name);
  if (!found) return null;
  const body = [
    facts([
      ['State', make('strong', {}, found.state)],
      ...(found.label ? [/** @type {[string, string]} */ (['Label', found.label])] : []),
      ['Kind', found.cross_region ? 'cross-region' : 'regional'],
      ['Bandwidth', found.bandwidth_bps === null ? `no cap (shaped to ${rate(found.shaped_to_bps)})`
        : rate(found.bandwidth_bps)],
      ['One way', span(found.delay_ns)],
      ['MTU', size(found.mtu_bytes)],
      ['Nodes', `${found.nodes_up} of ${found.nodes} up${found.down ? '; the transport is cut' : ''}`],
    ]),
    quickStart(found),
    operations(found),
    make('h3', {}, 'Related routing policies'),
    ...found.ends.map((end) => policies(found, end)),
    make('h3', {}, 'Monitoring'), monitoring(found),
    make('h3', {}, 'Bucket and queue'), buckets(found),
    dials(found),
    make('h3', {}, 'Change'),
    bandwidth(found),
    form('Rename', [field('New name', make('input', { name: 'name', required: true, maxlength: 60 }))],
      async (values) => {
        const renamed = await perform({ do: 'rename', peering: plain(name), name: values.name });
        if (renamed) open('peering', titled(values.name));
      }),
  ];
  return { title: `Peering ${name}`, body };
}

/** What is left to do until both ends talk. @param {PeeringDetails} found */
function quickStart(found) {
  const isAsked = found.expires_ns !== null;
  const bare = found.ends.filter((end) => end.routes.length === 0);
  if (!isAsked && bare.length === 0) return null;
  const item = (/** @type {boolean} */ isDone, /** @type {string} */ text) =>
    make('li', { class: isDone ? 'done' : 'open' }, `${isDone ? 'Done: ' : 'To do: '}${text}`);
  return make('section', { class: 'quick', 'aria-label': 'Quick start' },
    make('h3', {}, 'Quick start'),
    make('ol', {},
      item(true, 'create the peering'),
      item(!isAsked, `accept it (${found.ends[1].account})`),
      ...found.ends.map((end) => item(end.routes.length > 0, `a route in ${end.vpc} over this peering`))));
}

/** @param {PeeringDetails} found */
function operations(found) {
  const { name, ends } = found;
  const isAsked = found.expires_ns !== null;
  const by = (/** @type {string} */ verb) => () => perform({ do: verb, peering: plain(name) });
  return make('div', { class: 'row' },
    button('Accept', by('accept'), { class: isAsked ? 'main' : '' }),
    button('Reject', by('reject')),
    button('Delete…', () => confirmDelete(name, ends.reduce((sum, end) => sum + end.routes.length, 0))),
    button('Enable', by('enable')),
    button(found.down ? 'Mend the transport' : 'Cut the transport', by(found.down ? 'link_up' : 'link_down')));
}

/** @param {string} name @param {number} routes */
function confirmDelete(name, routes) {
  const close = dialog(`Delete ${name}?`,
    make('p', {}, `It carries nothing from then on. The routes over it go too: ${counted(routes, 'route')}.`),
    button('Delete', () => {
      close();
      perform({ do: 'delete', peering: plain(name) });
    }, { class: 'main' }));
}

/** @param {PeeringDetails} found @param {EndDetails} end */
function policies(found, end) {
  const own = network.vpcs.find((one) => one.name === end.vpc);
  const tables = [...new Set(own?.subnets.map((subnet) => subnet.table))];
  const rows = end.routes.map((route) => [
    route.to, `${end.vpc}/${route.subnet}`, link('table', `${end.vpc}/${route.table}`),
    route.disabled ? 'disabled' : 'in force',
  ]);
  return make('section', { 'aria-label': `Routing policies of ${end.vpc}` },
    make('h4', {}, `${end.role}: `, link('vpc', end.vpc)),
    make('p', {}, `${end.cidrs.join(', ')} in ${end.region}, account ${end.account}; `
      + `${counted(end.free_quota, 'peering')} more allowed`),
    rows.length > 0
      ? table(`Routes of ${end.vpc} over ${found.name}`, ['destination', 'subnet', 'table', 'state'], rows)
      : make('p', { class: 'missing' }, `${end.vpc} has no route over this peering.`),
    ...tables.slice(0, 8).map((one) => make('details', { name: 'route' },
      make('summary', {}, `Add a route to table ${one}`), routeForm(one, end.vpc, plain(found.name)))));
}

/** Both directions of a peering, away from the requester first. @param {PeeringDetails} found */
const directions = (found) => state.links.filter((link) => link.peering === found.name);

/** @param {PeeringDetails} found */
function monitoring(found) {
  const box = make('div');
  live(() => {
    const seen = between(found.name);
    const rows = seen.links.map((link) => [
      `${link.from} to ${link.to}`, rate(link.bps), count(link.packets),
      link.loss === null ? 'none offered' : `${(link.loss * 100).toFixed(2)} %`,
    ]);
    const when = seen.span_ns > 0 ? `over the last ${span(seen.span_ns)}` : 'nothing was played yet';
    fill(box, make('p', {}, `Out of and into ${found.ends[0].vpc}, ${when}:`),
      table(`Monitoring of ${found.name}`, ['direction', 'bandwidth', 'packets', 'loss'], rows));
  });
  return box;
}

/** @param {PeeringDetails} found */
function buckets(found) {
  const box = make('div');
  live(() => {
    const rows = directions(found).map((link) => [
      `${link.from} to ${link.to}`, rate(link.cap_bps),
      link.burst_bytes === null ? 'no bucket' : `${size(link.tokens_bytes)} of ${size(link.burst_bytes)}`,
      `${size(link.waiting_bytes)}, ${counted(link.waiting_packets, 'packet')}`,
    ]);
    fill(box, table(`Buckets of ${found.name}`, ['direction', 'rate', 'tokens of burst', 'waiting'], rows),
      make('p', {}, `At most ${found.queue} may wait.`));
  });
  return box;
}

/** Its bucket, its queue and its nodes, as if they had always been so. @param {PeeringDetails} found */
const dials = (found) => original('Bucket, queue and nodes from the beginning', ['peering', found.name], [
  { key: 'bandwidth', label: 'Rate', usual: rate(found.bandwidth_bps), dial: RATES },
  { key: 'burst', label: 'Burst', usual: size(found.burst_bytes), dial: SIZES },
  { key: 'queue', label: 'Queue', usual: found.queue, dial: WAITS },
  { key: 'nodes', label: 'Nodes', usual: String(found.nodes) },
  { key: 'failover', label: 'Failover', options: [['', 'as usual'], ['true', 'flows of a failed node move'],
    ['false', 'flows of a failed node stay']] },
  { key: 'detection', label: 'A failure is noticed after', usual: 'as usual' },
]);

/** @param {string} name @param {number | null} [now] */
function menu(name, now) {
  const caps = network.menu_bps.map((bps) => /** @type {[string, string]} */ ([`${bps / 1e6} Mbps`, rate(bps)]));
  const own = `${(now ?? 0) / 1e6} Mbps`;
  if (now && !caps.some(([value]) => value === own)) caps.unshift([own, rate(now)]);
  if (name === 'cap') caps.unshift(['', 'no cap (regional)']);
  return choice(name, caps, now ? own : undefined);
}

/** @param {PeeringDetails} found */
const bandwidth = (found) => form('Change Bandwidth', [field('Bandwidth', menu('bandwidth', found.bandwidth_bps))],
  (values) => perform({ do: 'change_bandwidth', peering: plain(found.name), bandwidth: values.bandwidth }));

/** @type {View} */
export function create({ name: given }) {
  const vpcs = network.vpcs.map((vpc) => /** @type {[string, string]} */ ([vpc.name, `${vpc.name} (${vpc.region})`]));
  const local = choice('local', vpcs, given || undefined);
  const kind = choice('kind', [['my', 'My account'], ['other', 'Other accounts']]);
  const peer = make('div');
  const cap = menu('cap');
  const suit = () => {
    const own = network.vpcs.find((vpc) => vpc.name === local.value);
    const others = network.vpcs.filter((vpc) => vpc !== own && vpc.account === own?.account);
    const mine = choice('peer', others.map((vpc) => [vpc.name, `${vpc.name} (${vpc.region})`]));
    mine.addEventListener('change', suitCap);
    fill(peer, ...(kind.value === 'my' ? [field('Peer network', mine)] : [
      field('Peer account', make('input', { name: 'account', required: true })),
      field('Peer VPC', make('input', { name: 'peer', required: true, oninput: suitCap })),
    ]));
    suitCap();
  };
  const suitCap = () => {
    const region = (/** @type {string | undefined} */ of) => network.vpcs.find((vpc) => vpc.name === of)?.region;
    const far = region(/** @type {HTMLInputElement | null} */ (peer.querySelector('[name=peer]'))?.value);
    cap.value = !far || far === region(local.value) ? '' : `${network.menu_bps[0] / 1e6} Mbps`;
  };
  local.addEventListener('change', suit);
  kind.addEventListener('change', suit);
  suit();
  const name = make('input', { name: 'name', required: true, maxlength: 60 });
  const body = [
    make('ol', {}, make('li', {}, 'Create the peering.'),
      make('li', {}, 'If the other VPC belongs to another account, that account accepts.'),
      make('li', {}, 'Add a route on both sides.')),
    form('Create', [
      field('Name', name), field('Local VPC', local), field('Peer account type', kind), peer,
      field('Bandwidth', cap),
    ], createIt),
  ];
  return { title: 'Create a peering', body };
}

/** @param {{[name: string]: string}} values */
async function createIt({ name, local, peer, account, cap }) {
  const owner = network.vpcs.find((vpc) => vpc.name === peer)?.account;
  const made = await perform({
    do: 'create_peering', name, requester: local, accepter: account && owner !== account ? `${account}/${peer}` : peer,
    ...(cap && { bandwidth: cap }),
  });
  if (made) open('peering', titled(name));
}
