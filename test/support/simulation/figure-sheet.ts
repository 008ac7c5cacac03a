// Measured figures of experiments, put down and printed by the experiment.

/** The figures of one run. */
export type Figures = Readonly<Record<string, number>>;

/** Measured figures, printed when a file's tests are over: one line an experiment, over all of its seeds. */
export class FigureSheet {
  readonly #runs = new Map<string, { readonly seeds: number[]; readonly values: Map<string, number[]> }>();

  note(experiment: string, seed: number, figures: Figures): void {
    const runs = this.#runs.get(experiment) ?? { seeds: [], values: new Map<string, number[]>() };
    this.#runs.set(experiment, runs);
    runs.seeds.push(seed);
    for (const [name, value] of Object.entries(figures)) {
      runs.values.set(name, [...(runs.values.get(name) ?? []), Number(value.toPrecision(4))]);
    }
  }

  /** The lines so far: each figure once where it is the same for all seeds, else in the order of the seeds. */
  lines(): readonly string[] {
    return [...this.#runs].map(([experiment, { seeds, values }]) => {
      const figures = [...values].map(
        ([name, of]) => `${name} ${new Set(of).size === 1 ? of[0] : of.join(" ")}`,
      );
      return `${experiment}, seed${seeds.length > 1 ? "s" : ""} ${seeds.join(" ")}: ${figures.join(", ")}`;
    });
  }

  print(): void {
    process.stdout.write(`${this.lines().join("\n")}\n`);
  }
}
