// What stands in the way of telephoning, explained on the page in the person's language.

import type { LineProblem } from "./standing";
import type { MicrophoneProblem } from "./microphone";

export type Problem = LineProblem | MicrophoneProblem | "microphone-lost" | "stale";

/** Show a problem, or take it away again. */
export function show(problem: Problem, isThere: boolean): void {
  for (const notice of document.querySelectorAll<HTMLElement>(`[data-problem="${problem}"]`)) {
    notice.hidden = !isThere;
  }
}

/** Of several problems show the one that is there now, if any. */
export function showOnly(present: Problem | null, among: Problem[]): void {
  among.forEach((problem) => show(problem, problem === present));
}
