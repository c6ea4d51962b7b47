// The page of the lab: puts its parts together. Every rule of peering is the library's; the page shows and asks.

import * as answers from './answers.js';
import * as clock from './clock.js';
import * as gauges from './gauges.js';
import * as lesson from './lesson.js';
import * as log from './log.js';
import * as model from './model.js';
import * as monitor from './monitor.js';
import * as opening from './opening.js';
import * as original from './original.js';
import * as packets from './packets.js';
import * as panel from './panel.js';
import * as peering from './peering.js';
import * as picture from './picture.js';
import * as session from './session.js';
import * as takeAway from './take_away.js';
import * as things from './things.js';
import { part } from './words.js';

/** The least time between two looks at what other pages did, in milliseconds. */
const LOOK = 100;

panel.show({
  overview: things.overview,
  vpc: things.vpc,
  host: things.host,
  table: things.routes,
  peering: peering.peering,
  create: peering.create,
  packet: answers.packet,
  bill: answers.bill,
  traffic: things.traffic,
  text: original.text,
});

const openPacket = (/** @type {string} */ packet) => {
  clock.pause();
  panel.open('packet', packet);
};

picture.show((thing) => panel.open(thing.kind, thing.name));
gauges.show();
packets.show(openPacket);
log.show(openPacket);
lesson.show();
takeAway.show();
panel.begin();
model.listen({
  network: () => {
    document.title = `${model.network.scenario}: vpcsim lab`;
    part('scenario').textContent = model.network.scenario;
  },
});
clock.show();

/** @type {() => void} */
let unfollow = () => {};

/** Shows the network in use from its present on. */
async function show() {
  unfollow();
  packets.forget();
  picture.forget();
  monitor.forget();
  log.clear();
  lesson.forget();
  model.actAs('');
  if (!(await model.begin())) return false;
  clock.begin();
  panel.reset();
  unfollow = session.follow(look);
  return true;
}

let isLooking = false;

/** Sees what was done, if by another page: what this page asks, it is told anyway. */
function look() {
  if (isLooking) return;
  isLooking = true;
  setTimeout(async () => {
    isLooking = false;
    if (model.waiting === 0 && !clock.isRunning()) {
      await clock.catchUp();
    }
  }, LOOK);
}

await opening.begin(show);
