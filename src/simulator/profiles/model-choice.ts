// Which of several measured models is meant.

import { ProfileProblem } from "./profile-problem.ts";

/** Returns the model that is asked for, or the only one there is. */
export function chosenModel(names: Iterable<string>, asked: string | null): string {
  const known = [...new Set(names)].sort();
  const listed = known.join(", ");
  if (known.length === 0) throw new ProfileProblem(null, "there is no model in it");
  if (asked !== null) {
    if (known.includes(asked)) return asked;
    throw new ProfileProblem(null, `there is no model ${asked} in it; it has ${listed}`);
  }
  const [only] = known;
  if (known.length === 1 && only !== undefined) return only;
  throw new ProfileProblem(null, `there are several models in it; choose one with --model: ${listed}`);
}
