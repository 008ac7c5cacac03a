// A whole number that changes now and then, with its past.

export class StepSeries {
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  constructor(at: number, value: number) {
    this.set(at, value);
  }

  /** Holds `value` from `at` on; times never go back, and of several at one time the last counts. */
  set(at: number, value: number): void {
    const last = this.#times.length - 1;
    if (this.#values[last] === value) return;
    if (this.#times[last] === at) {
      this.#values[last] = value;
      return;
    }
    this.#times.push(at);
    this.#values.push(value);
  }

  now(): number {
    return this.#values.at(-1) ?? 0;
  }

  /** Returns the value at a time, the first one for what is before it. */
  at(time: number): number {
    let index = this.#times.length - 1;
    while (index > 0 && (this.#times[index] ?? 0) > time) index -= 1;
    return this.#values[index] ?? 0;
  }

  /** Returns each value with the time from which it held. */
  changes(): readonly { readonly at: number; readonly value: number }[] {
    return this.#times.map((at, index) => ({ at, value: this.#values[index] ?? 0 }));
  }
}
