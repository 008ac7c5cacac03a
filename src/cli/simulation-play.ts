// Runs the candidates of a scenario one after another, each over all seeds, and keeps what is asked for.

import type { LogRecord } from "../domain/record.ts";
import type { BaselineCandidate, Scenario } from "../domain/scenario.ts";
import type { CandidateCourse } from "../domain/simulation-course.ts";
import type { SimulationRun } from "../domain/simulation-result.ts";
import { elapsed, toSeconds } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import type { LoadedCandidate, RunInput, RunOutput, WorkloadRequests } from "../simulator/simulate.ts";
import type { Progress } from "./progress.ts";
import type { Candidates } from "./scenario-candidates.ts";

export type Play = {
  readonly scenario: Scenario;
  readonly candidates: Candidates;
  readonly traces: RunInput["traces"];
  simulate(input: RunInput): RunOutput | Promise<RunOutput>;
  readonly progress: Progress;
  /** Keep the requests of the first candidate's first seed. */
  readonly keepRequests: boolean;
  /** Is told of the decision log of that run; null = nobody asks. */
  readonly onRecord: ((line: LogRecord) => void) | null;
};

export type Played = {
  /** By candidate, seed, workload and model. */
  readonly runs: readonly SimulationRun[];
  /** Of the first seed, by candidate. */
  readonly courses: readonly CandidateCourse[];
  readonly requests: readonly WorkloadRequests[];
};

/** Returns what all runs gave. */
export async function playScenario(play: Play): Promise<Played> {
  const { scenario, candidates, progress } = play;
  const runs: SimulationRun[] = [];
  const courses: CandidateCourse[] = [];
  const requests: WorkloadRequests[] = [];
  const total = candidates.all.length * scenario.seeds.length;
  let done = 0;
  for (const [place, candidate] of candidates.all.entries()) {
    for (const [turn, seed] of scenario.seeds.entries()) {
      const isFirst = place === 0 && turn === 0;
      const told = (share: number): string =>
        `run ${done + 1} of ${total}: ${candidate.name}, seed ${seed}, ${Math.round(share * 100)} %`;
      progress.report(() => told(0));
      const output = await play.simulate({
        ...inputOf(play, candidate),
        seed,
        keepRequests: isFirst && play.keepRequests,
        onRecord: (line) => {
          progress.report(() => told(toSeconds(elapsed(scenario.start, line.at)) / scenario.durationSeconds));
          if (isFirst) play.onRecord?.(line);
        },
      });
      runs.push(...output.runs);
      if (turn === 0) courses.push(courseOf(candidate.name, output));
      if (isFirst) requests.push(...output.requests);
      done += 1;
    }
  }
  return { runs, courses, requests };
}

function courseOf(candidate: string, output: RunOutput): CandidateCourse {
  const { timeline, pods, series, latency, queues, foresight } = output;
  return { candidate, timeline, pods, series, latency, queues, foresight };
}

function inputOf(
  { scenario, candidates, traces }: Play,
  candidate: LoadedCandidate | BaselineCandidate,
): Omit<RunInput, "seed" | "keepRequests" | "onRecord"> {
  return { scenario, candidate, ours: candidates.ours, traces, version: VERSION };
}
