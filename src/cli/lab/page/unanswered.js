// What is thrown where there is no answer, whoever was asked.

/** Why there is no answer. */
export class Unanswered extends Error {
  /** @param {import('./protocol').Failure} failure */
  constructor(failure) {
    super(failure.message);
    this.failure = failure;
  }
}
