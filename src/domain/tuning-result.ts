// What a search for a better policy found, in the form that is printed.

/** Means over the seeds on one stretch of time; null where no request arrived or none was answered. */
export type TunedScore = {
  readonly gpuHours: number;
  readonly attainmentRatio: number | null;
  readonly reversals: number;
  readonly latencyP99Ms: number | null;
};

/** Recommended − current on held-out time, with its 95 % interval; low and high are null for one seed. */
export type TunedDifference = {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

/** A field's value as the policy writes it; null = it was not written. */
export type WrittenValue = number | string | null;

export type TuningResult = {
  readonly kind: "TuningResult";
  readonly v: 1;
  readonly evaluations: number;
  /** By path; empty without a recommendation. */
  readonly changes: Readonly<Record<string, { readonly from: WrittenValue; readonly to: WrittenValue }>>;
  readonly current: { readonly train: TunedScore; readonly holdOut: TunedScore };
  /** Null = nothing better was found and confirmed. */
  readonly recommended: {
    readonly train: TunedScore;
    readonly holdOut: TunedScore;
    readonly difference: {
      readonly gpuHours: TunedDifference;
      readonly attainmentRatio: TunedDifference;
    };
  } | null;
  /** The policies that no other beats on GPU-hours, attainment and reversals in training; cheapest first. */
  readonly front: readonly {
    readonly changes: Readonly<Record<string, WrittenValue>>;
    readonly train: TunedScore;
  }[];
  readonly rejected: readonly {
    readonly changes: Readonly<Record<string, WrittenValue>>;
    readonly why: string;
  }[];
  readonly ok: boolean;
};
