// Numbers as the text report prints them: exact, rounded half up, in the unit a person would use. Knows no document.

// `value` in units of `factor`, with up to `places` decimals; both are whole and not negative.
function decimal(value, factor, places) {
  const scale = 10n ** BigInt(places);
  const parts = BigInt(factor);
  const scaled = (BigInt(value) * scale + parts / 2n) / parts;
  const part = (scaled % scale).toString().padStart(places, "0").replace(/0+$/, "");
  return part === "" || places === 0 ? String(scaled / scale) : `${scaled / scale}.${part}`;
}

const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function count(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

function inUnits(value, units) {
  const [, name, factor] = units.find(([below]) => value < below);
  return `${decimal(value, factor, 3)} ${name}`;
}

const BYTES = [[1e4, "B", 1], [1e6, "kB", 1e3], [1e9, "MB", 1e6], [Infinity, "GB", 1e9]];
const RATES = [[1e3, "bps", 1], [1e6, "kbps", 1e3], [1e9, "Mbps", 1e6], [Infinity, "Gbps", 1e9]];

function bytes(n) {
  return inUnits(Math.round(n), BYTES);
}

function rate(bps) {
  return inUnits(Math.round(bps), RATES);
}

function share(part) {
  const billionths = Math.round(part * 1e9);
  const isNearAnEnd = (billionths > 0 && billionths < 1e4) || (billionths > 1e9 - 1e4 && billionths < 1e9);
  return `${decimal(billionths, 1e7, isNearAnEnd ? 7 : 3)} %`;
}

// A length of time. Minutes and longer units only where three decimals are exact.
function span(ns) {
  const isExact = (factor) => (BigInt(ns) * 1000n) % BigInt(factor) === 0n;
  if (ns === 0) return "0 s";
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${decimal(ns, 1e3, 3)} us`;
  if (ns < SECOND) return `${decimal(ns, 1e6, 3)} ms`;
  if (ns >= DAY && isExact(DAY)) return `${decimal(ns, DAY, 3)} d`;
  if (ns >= HOUR && isExact(HOUR)) return `${decimal(ns, HOUR, 3)} h`;
  if (ns >= 2 * MINUTE && isExact(MINUTE)) return `${decimal(ns, MINUTE, 3)} min`;
  return `${decimal(ns, SECOND, 3)} s`;
}

// An instant of the run: seconds, and from ten minutes on as a clock.
function instant(ns) {
  if (ns < 600 * SECOND) return `${decimal(ns, SECOND, 9)} s`;
  const seconds = Math.floor(ns / SECOND);
  const nanos = ns - seconds * SECOND;
  const days = seconds >= 86400 ? `${Math.floor(seconds / 86400)} d` : "";
  if (seconds % 86400 === 0 && nanos === 0) return days;
  const two = (n) => String(n).padStart(2, "0");
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
  const fraction = nanos > 0 ? `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}` : "";
  return `${days} ${clock}${fraction}`.trim();
}

// How a kind of value is printed.
const SHOWN = { text: String, count, bytes, rate, share, span, instant, number: (n) => String(n) };
