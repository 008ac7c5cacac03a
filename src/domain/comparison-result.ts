// What comparing two folders of policies found, in the form that is printed.

/** Means over the seeds, and the paired difference (head − base) with its 95 % interval; null where there is none. */
export type PairedFigure = {
  readonly base: number | null;
  readonly head: number | null;
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

/** One policy under one scenario; `n` = pairs of runs. */
export type ComparedPolicy = {
  readonly scenario: string;
  readonly policy: string;
  readonly n: number;
  readonly gpuHours: PairedFigure;
  readonly attainmentRatio: PairedFigure;
  readonly reversals: PairedFigure;
  readonly latencyP99Ms: PairedFigure;
};

export type ComparisonResult = {
  readonly kind: "ComparisonResult";
  readonly v: 1;
  readonly pairs: readonly ComparedPolicy[];
  /** Each broken gate in words. */
  readonly broken: readonly string[];
  readonly ok: boolean;
};
