// From the command to the first packet on the screen, measured: the program starts, its page is opened in a browser that
// runs already, somebody presses Play. Prints the times; asserts nothing.
//
//   VPCSIM=… BROWSER=… MODULES=… node tests/browser/first-look.mjs [LESSON|FILE]

import { lab } from "./lab.mjs";
import { launched } from "./pages.mjs";

const tab = await launched.newPage();
for (let turn = 1; turn <= 5; turn += 1) {
  const since = performance.now();
  const passed = () => `${Math.round(performance.now() - since)} ms`;
  const { address, end } = await lab(...process.argv.slice(2));
  const listens = passed();
  await tab.goto(address);
  await tab.locator("[data-vpc]").first().waitFor();
  const drawn = passed();
  await tab.locator("#play").click();
  await tab.locator("path.packet").first().waitFor();
  console.log(`listens after ${listens}, the network is drawn after ${drawn}, the first packet after ${passed()}`);
  end();
}
await launched.close();
