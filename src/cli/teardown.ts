// What must be closed again, in the reverse order of its start.

type Close = () => Promise<void> | void;

export class Teardown {
  readonly #closes: Close[] = [];
  readonly #onProblem: (error: unknown) => void;
  #running: Promise<void> | null = null;

  /** `onProblem` is told of a close that fails; the others are closed all the same. */
  constructor(onProblem: (error: unknown) => void) {
    this.#onProblem = onProblem;
  }

  /** Registers what to do at the end, before everything registered so far. */
  add(close: Close): void {
    this.#closes.push(close);
  }

  /** Closes everything once; later calls wait for the first. */
  run(): Promise<void> {
    this.#running ??= this.#closeAll();
    return this.#running;
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closes.reverse()) {
      try {
        await close();
      } catch (error) {
        this.#onProblem(error);
      }
    }
  }
}
