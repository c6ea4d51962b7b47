// Ticks: round values along an axis, and how they are printed. Knows no element.

// The round step, 1, 2 or 5 times a power of ten, that cuts `length` into at most `most` parts.
function roundStep(length, most) {
  const least = length / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= least * (1 - 1e-9));
}

const CLOCK = [1, 2, 5, 10, 15, 30].map((n) => n * SECOND)
  .concat([1, 2, 5, 10, 15, 30].map((n) => n * MINUTE), [1, 2, 3, 6, 12].map((n) => n * HOUR),
    [1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * DAY));

function ticks(from, to, step) {
  const all = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to * (1 + 1e-12); n += 1) all.push(n * step);
  return all;
}

// Values from 0 to a round one above `top`.
function valueTicks(top, most) {
  const step = Math.max(1, roundStep(top > 0 ? top : 1, most));
  const last = Math.max(1, Math.ceil(top / step - 1e-9)) * step;
  return ticks(0, last, step);
}

// Instants of a run, in nanoseconds.
function timeTicks(from, to, most) {
  const length = to - from;
  const least = length / Math.max(most, 1);
  const step = (least > SECOND ? CLOCK.find((one) => one >= least) : undefined) ?? roundStep(length, most);
  return ticks(from, to, step).map((at) => ({ at, text: tickText(at, step) }));
}

function tickText(ns, step) {
  if (step < 1e3 || (step < SECOND && ns < SECOND)) return instantIn(ns, step < 1e3 ? "us" : step < 1e6 ? "us" : "ms");
  if (step < SECOND || ns < 60 * SECOND || (step < MINUTE && ns < 600 * SECOND)) return `${Number((ns / SECOND).toFixed(6))} s`;
  const days = Math.floor(ns / DAY);
  if (ns % DAY === 0) return `${days} d`;
  const two = (n) => String(n).padStart(2, "0");
  const clock = `${two(Math.floor(ns / HOUR) % 24)}:${two(Math.floor(ns / MINUTE) % 60)}`;
  const seconds = step < MINUTE ? `:${two(Math.floor(ns / SECOND) % 60)}` : "";
  return (days > 0 ? `${days} d ` : "") + clock + seconds;
}

function instantIn(ns, unit) {
  return `${Number((ns / (unit === "us" ? 1e3 : 1e6)).toFixed(3))} ${unit}`;
}

// The positions of shares on an axis that gives the slowest packets as much room as all others: 90 %, 99 %, 99.9 %.
const TAIL = 4;

function tail(billionths) {
  return Math.min(TAIL, -Math.log10(1 - Math.min(billionths, 999999999) / 1e9));
}

const SHARES = [[0, "0 %"], [500000000, "50 %"], [900000000, "90 %"], [990000000, "99 %"], [999000000, "99.9 %"],
  [999900000, "99.99 %"]];
