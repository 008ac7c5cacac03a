// What a running process told at each of its ticks, and how long a tick that it could not read may be felt.

const TROUBLED = /^tidemark_ticks_total\{[^}]*result="(?:failed|skipped)"[^}]*\} (\d+)$/gm;
const RECORDS = 100;

/** Answers by the instant of their tick, ms since the Unix epoch; null = it had no number. */
export type Told = Map<number, number | null>;

/** What one process told, how many of its ticks were without data, and until when (ms) that may be felt. */
export type Watched = { readonly told: Told; troubled: number; feltUntil: number };

export type Watching = {
  /** Where it serves HTTP. */
  readonly http: string;
  /** `namespace/name`. */
  readonly policy: string;
  /** W of the policy: so long a tick that could not read or was missed may be felt, as on a machine without time. */
  readonly feltMs: number;
};

type Decisions = {
  readonly decisions: readonly {
    readonly at: string;
    readonly answer: { readonly metricValue: number | null };
  }[];
};

/** Returns what is known of a process that nobody has looked at. */
export function unwatched(): Watched {
  return { told: new Map(), troubled: 0, feltUntil: 0 };
}

/** Takes down what a process told at its ticks, from its first number on: until it has read the past it has none. */
export async function noteAnswers(watched: Watched, { http, policy, feltMs }: Watching): Promise<void> {
  const url = `http://${http}/api/v1/decisions?policy=${policy}&limit=${RECORDS}`;
  const body: Decisions = JSON.parse(await (await fetch(url)).text());
  const first = body.decisions.findLastIndex(({ answer }) => answer.metricValue !== null);
  for (const { at, answer } of body.decisions.slice(0, first + 1)) {
    watched.told.set(Date.parse(at), answer.metricValue);
  }
  const metrics = await (await fetch(`http://${http}/metrics`)).text();
  const troubled = [...metrics.matchAll(TROUBLED)].reduce((total, [, count]) => total + Number(count), 0);
  if (troubled > watched.troubled) watched.feltUntil = Date.now() + feltMs;
  watched.troubled = troubled;
}
