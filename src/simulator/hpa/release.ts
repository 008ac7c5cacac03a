// What differs between the controllers of Kubernetes releases.

/** The rules of one release, its feature gates applied. */
export type HpaRelease = {
  /** From 1.33 the band is tested as 1 − down ≤ r ≤ 1 + up; before, as |1 − r| ≤ tolerance. */
  readonly twoSidedBand: boolean;
  /** Whether the tolerance fields of `behavior` count (gate HPAConfigurableTolerance). */
  readonly configurableTolerance: boolean;
  /** From 1.34 sums and proposals are capped where before they wrapped. */
  readonly capsOverflow: boolean;
  /** How often a scale write is tried while it meets a conflict. */
  readonly scaleWriteAttempts: number;
  /** From 1.36 only an HPA that itself scaled to zero, and remembers it, comes back from zero. */
  readonly remembersScaledToZero: boolean;
  /** Gate HPAScaleToZero; without effect before 1.36. */
  readonly scaleToZero: boolean;
};

/** Feature gates of the controller; one that is left out has the release's default. */
export type HpaFeatureGates = {
  readonly HPAConfigurableTolerance?: boolean;
  readonly HPAScaleToZero?: boolean;
};

const CONFLICT_ATTEMPTS = 5;

/** Returns the rules of a release such as `1.35` or `1.35.8`. */
export function hpaRelease(version: string, gates: HpaFeatureGates = {}): HpaRelease {
  const minor = Number(version.split(".")[1]);
  return {
    twoSidedBand: minor >= 33,
    configurableTolerance: minor >= 33 && (gates.HPAConfigurableTolerance ?? minor >= 35),
    capsOverflow: minor >= 34,
    scaleWriteAttempts: minor >= 34 ? CONFLICT_ATTEMPTS : 1,
    remembersScaledToZero: minor >= 36,
    scaleToZero: gates.HPAScaleToZero ?? minor >= 37,
  };
}
