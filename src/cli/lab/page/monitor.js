// What went over each peering in the last stretch: the difference between two states.

import { listen, state } from './model.js';

/** The length of the stretch, if so much was played, and how far apart states are kept at least. */
const STRETCH_NS = 1e9;
const APART_NS = 5e7;

/** @type {import('./protocol').State[]} */
let kept = [];

listen({
  state: () => {
    const last = kept[kept.length - 1];
    if (last && state.now_ns < last.now_ns) kept = [];
    if (!last || state.now_ns - last.now_ns >= APART_NS || kept.length === 0) kept.push(state);
    while (kept.length > 2 && state.now_ns - kept[1].now_ns >= STRETCH_NS) kept.shift();
  },
});

/** Begins anew: the numbers are of another network. */
export function forget() {
  kept = [];
}

/** @param {string} peering */
export function between(peering) {
  const from = kept[0] ?? state;
  const span_ns = state.now_ns - from.now_ns;
  const links = state.links.filter((link) => link.peering === peering).map((link) => {
    const was = from.links.find((one) => one.peering === peering && one.to === link.to);
    const offered = link.offered - (was?.offered ?? 0);
    const dropped = link.dropped - (was?.dropped ?? 0);
    return {
      from: link.from,
      to: link.to,
      bps: span_ns > 0 ? Math.round((link.carried_bytes - (was?.carried_bytes ?? 0)) * 8e9 / span_ns) : 0,
      packets: link.carried - (was?.carried ?? 0),
      loss: offered > 0 ? dropped / offered : null,
    };
  });
  return { span_ns, links };
}
