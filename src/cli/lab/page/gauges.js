// The bucket and the queue at the beginning of each direction of a peering: how full they are.

import { draw, isDrawn, layer, line, magnified } from './picture.js';
import { listen, state } from './model.js';
import { size } from './words.js';

/** Where there are more directions, only those are drawn at which something happens. */
const FEW = 24;
const HEIGHT = 22;
const WIDTH = 8;

/** @typedef {{ group: SVGElement, level: SVGElement, queue: SVGElement, text: SVGElement, most: number }} Gauge */

/** @type {Map<string, Gauge>} */
const gauges = new Map();

export function show() {
  listen({ network: drawGauges, state: drawGauges });
}

/** @returns {Gauge} */
function build() {
  const group = draw('g', { class: 'gauge' });
  const level = draw('rect', { class: 'tokens', width: WIDTH });
  const queue = draw('rect', { class: 'queue', x: WIDTH + 3, width: 6 });
  const text = draw('text', { class: 'queued', x: WIDTH + 12, y: HEIGHT, 'font-size': 10 });
  group.append(draw('rect', { class: 'bucket', width: WIDTH, height: HEIGHT, rx: 1.5 }), level, queue, text);
  return { group, level, queue, text, most: 0 };
}

function drawGauges() {
  const isFew = state.links.length <= FEW;
  const left = new Set(gauges.keys());
  for (const link of state.links) {
    const key = `${link.peering}\n${link.to}`;
    const way = line(link.peering, link.to);
    const isIdle = link.waiting_packets === 0 && link.tokens_bytes === link.burst_bytes;
    if (!layer || !way || link.burst_bytes === null || !isDrawn(link.peering) || (isIdle && !isFew)) continue;
    left.delete(key);
    const gauge = gauges.get(key) ?? build();
    gauges.set(key, gauge);
    if (gauge.group.parentNode !== layer) layer.prepend(gauge.group);
    const at = way.at(Math.min(14 / Math.max(way.length, 1), 0.4));
    const ahead = way.at(Math.min(15 / Math.max(way.length, 1), 0.45));
    const isUpright = Math.abs(ahead.y - at.y) >= Math.abs(ahead.x - at.x);
    const scale = Math.min(Math.max(1 / magnified(), 1), 2);
    const shift = isUpright ? `${ahead.y >= at.y ? 7 : -7 - WIDTH} -11` : `-4 ${ahead.x >= at.x ? 5 : -5 - HEIGHT}`;
    gauge.group.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${scale}) translate(${shift})`);
    const full = link.burst_bytes > 0 ? (link.tokens_bytes ?? 0) / link.burst_bytes : 0;
    gauge.level.setAttribute('y', String(HEIGHT * (1 - full)));
    gauge.level.setAttribute('height', String(HEIGHT * full));
    gauge.most = Math.max(gauge.most, link.waiting_bytes, link.burst_bytes);
    const waits = gauge.most > 0 ? link.waiting_bytes / gauge.most : 0;
    gauge.queue.setAttribute('y', String(HEIGHT * (1 - waits)));
    gauge.queue.setAttribute('height', String(HEIGHT * waits));
    gauge.text.textContent = link.waiting_packets > 0 ? `${size(link.waiting_bytes)} wait` : '';
  }
  for (const key of left) {
    gauges.get(key)?.group.remove();
    gauges.delete(key);
  }
}
