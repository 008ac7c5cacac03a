// Model loads that read from one storage: beyond a number of them they share its speed.

/** What a load tells when its end has moved. Times are seconds since the scenario's start. */
export type LoadEnd = (endsAt: number) => void;

type Load = { remainingSeconds: number; readonly moved: LoadEnd };

export class ModelLoads {
  readonly #fullSpeedLoads: number;
  readonly #loads = new Map<number, Load>();
  #settledAt = 0;

  /** `fullSpeedLoads` at once are as fast as one alone; null = any number is. */
  constructor(fullSpeedLoads: number | null) {
    this.#fullSpeedLoads = fullSpeedLoads ?? Number.POSITIVE_INFINITY;
  }

  /** Begins the load of a pod, which takes `seconds` at full speed; `moved` hears its end now and whenever that changes. */
  begin(
    pod: number,
    at: number,
    { seconds, moved }: { readonly seconds: number; readonly moved: LoadEnd },
  ): void {
    this.#settle(at);
    this.#loads.set(pod, { remainingSeconds: seconds, moved });
    if (this.#speed() < 1) this.#tellAll(at);
    else moved(at + seconds);
  }

  /** Ends the load of a pod, done or given up; the others may get faster. Without one it does nothing. */
  end(pod: number, at: number): void {
    if (!this.#loads.has(pod)) return;
    this.#settle(at);
    const wasShared = this.#speed() < 1;
    this.#loads.delete(pod);
    if (wasShared) this.#tellAll(at);
  }

  #speed(): number {
    return Math.min(1, this.#fullSpeedLoads / this.#loads.size);
  }

  #settle(at: number): void {
    const progress = (at - this.#settledAt) * this.#speed();
    for (const load of this.#loads.values()) {
      load.remainingSeconds = Math.max(0, load.remainingSeconds - progress);
    }
    this.#settledAt = at;
  }

  #tellAll(at: number): void {
    for (const { remainingSeconds, moved } of this.#loads.values())
      moved(at + remainingSeconds / this.#speed());
  }
}
