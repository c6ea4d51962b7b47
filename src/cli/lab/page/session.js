// The way to a session: requests and answers, over HTTP to the server of this page. Nothing else in the page speaks to
// anything; the library itself, running in the page, could stand here instead.

import { Unanswered } from './unanswered.js';

/**
 * @typedef {import('./protocol').Ask} Ask
 * @typedef {import('./protocol').Answer} Answer
 * @typedef {import('./protocol').About} About
 */

let code = '';

/**
 * @param {string} path @param {unknown} [body] @param {'json' | 'blob'} [as] what is expected
 * @returns {Promise<any>}
 */
async function request(path, body, as = 'json') {
  const options = body === undefined ? {} : {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    const response = await fetch(path, options);
    answer = await (response.ok ? response[as]() : response.json());
    if (response.ok) return answer;
  } catch {
    answer = null;
  }
  const lost = { message: 'the lab does not answer: is it still running?', code: null, complaints: [] };
  throw new Unanswered(answer?.failure ?? lost);
}

/** What kind of lab this is. @returns {Promise<About>} */
export const about = () => request('/api/about');

/** Whose network is asked from now on. @param {string} which */
export function use(which) {
  code = which;
}

/** @param {Ask} what @returns {Promise<Answer>} */
export const ask = (what) => request(`/api/${encodeURIComponent(code)}/ask`, what);

/**
 * Opens a network, or begins the one in use anew; its code.
 * @param {{ text?: string, lesson?: string, stage?: string }} what a scenario, or the name of a lesson and of one of
 * its stages; without them what the lab began with
 * @returns {Promise<string>}
 */
export async function open(what) {
  const body = { ...(code && { code }), ...what };
  return (await request('/api/open', body)).code;
}

/** What is taken away. @param {'capture' | 'recording'} what @returns {Promise<Blob>} */
export const take = (what) => request(`/api/${encodeURIComponent(code)}/${what}`, undefined, 'blob');

/** Calls whenever the network changed, by whichever page. @param {() => void} changed @returns {() => void} the end */
export function follow(changed) {
  const address = `/api/${encodeURIComponent(code)}/changes`;
  /** @type {EventSource | null} */
  let source = null;
  // A browser has few connections to a server: one that nobody looks at takes none, and sees what it missed later.
  const look = () => {
    source?.close();
    source = null;
    if (document.hidden) return;
    source = new EventSource(address);
    source.addEventListener('message', changed);
    changed();
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => {
    document.removeEventListener('visibilitychange', look);
    source?.close();
  };
}
