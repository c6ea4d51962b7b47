// What the page knows of its network: the last answers, and who wants to hear of new ones. Requests go one after
// another.

import * as session from './session.js';
import { Unanswered } from './unanswered.js';

/**
 * @typedef {import('./protocol').Ask} Ask
 * @typedef {import('./protocol').Answer} Answer
 * @typedef {import('./protocol').State} State
 * @typedef {import('./protocol').NetworkState} NetworkState
 * @typedef {import('./protocol').News} News
 * @typedef {import('./protocol').Failure} Failure
 * @typedef {import('./protocol').HostState} HostState
 */

/** @type {State} */
export let state;
/** @type {NetworkState} */
export let network;

/** How many requests wait for an answer. */
export let waiting = 0;

/**
 * @typedef {object} Heard
 * @property {() => void} state the session moved on
 * @property {() => void} network the network is another
 * @property {(news: News) => void} news packets were seen
 * @property {(failure: Failure, what: Ask | null) => void} failure something was not done
 * @property {() => void} back time went back
 */

/** @type {Partial<Heard>[]} */
const listeners = [];

/** @param {Partial<Heard>} listener */
export function listen(listener) {
  listeners.push(listener);
}

/** @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * Asks; what is refused is told to whoever listens.
 * @param {Ask} what
 * @returns {Promise<Answer | null>} null if it was not done
 */
export function ask(what) {
  waiting += 1;
  const answered = last.then(() => answer(what));
  last = answered.catch(() => {}).finally(() => (waiting -= 1));
  return answered;
}

/** @param {Ask} what @returns {Promise<Answer | null>} */
async function answer(what) {
  try {
    const got = await session.ask(what);
    take(got);
    if (got.state.version !== network.version) {
      take(await session.ask({ ask: 'state', version: network.version }));
    }
    if (!got.failure) return got;
    fail(got.failure, what);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    fail(error.failure, what);
  }
  return null;
}

/** @param {Failure} failure @param {Ask | null} [what] */
export function fail(failure, what = null) {
  listeners.forEach((one) => one.failure?.(failure, what));
}

/** @param {Answer} got */
function take(got) {
  const isBack = state !== undefined && got.state.now_ns < state.now_ns;
  state = got.state;
  if (got.network) network = got.network;
  if (isBack) listeners.forEach((one) => one.back?.());
  if (got.network) listeners.forEach((one) => one.network?.());
  const { news } = got;
  if (news) listeners.forEach((one) => one.news?.(news));
  listeners.forEach((one) => one.state?.());
}

/** Learns all anew. @returns {Promise<boolean>} whether there is a network */
export async function begin() {
  try {
    take(await session.ask({ ask: 'state' }));
    return true;
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    fail(error.failure);
    return false;
  }
}

/** Who acts, if somebody chose. @type {string} */
export let actor = '';

/** @param {string} account the account that acts; empty for whoever may */
export function actAs(account) {
  actor = account;
}

/** Does an action of the timeline. @param {import('./protocol').Keys} action @returns {Promise<Answer | null>} */
export const act = (action) => ask({ ask: 'act', action: { ...action, ...(actor && !action.by && { by: actor }) } });

/** The name by which actions know a peering: the second of a name is titled `name#2`. @param {string} title */
export const plain = (title) => title.split('#')[0];

/** The title of the peering that bears a name: the last one. @param {string} name @returns {string | undefined} */
export const titled = (name) => network.peerings.findLast((one) => plain(one.name) === name)?.name;

/** @returns {HostState[]} */
export const hosts = () => network.vpcs.flatMap((vpc) => vpc.hosts);

/** The only host at an address; null where several VPCs have one. @type {Map<string, HostState | null>} */
const byAddress = new Map();

listen({
  network: () => {
    byAddress.clear();
    for (const host of hosts()) byAddress.set(host.address, byAddress.has(host.address) ? null : host);
  },
});

/** The name of the host at an address, or the address. @param {string} address */
export const who = (address) => byAddress.get(address)?.name ?? address;
