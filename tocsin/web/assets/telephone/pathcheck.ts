// The network's part of the check: a short test call, what it showed, and what to do.

import type { Ending } from "./call";
import { type Path, knownPath, rememberPath, verdict } from "./path";
import { type Problem, showOnly } from "./problems";
import { element, showWhen } from "../page/element";

export interface PathCheckOptions {
  /** Make the test call. */
  attempt(): Promise<Path | Ending>;
  /** Whether there may be a test call now: it would take the telephone's place. */
  mayTry(): boolean;
  /** A test call has begun, or is over. */
  changed(): void;
}

const PROBLEMS: Problem[] = ["network", "switch", "refused", "silent", "elsewhere", "signed-out"];

export class PathCheck {
  readonly #part = element("path", HTMLElement);
  readonly #facts = element("path-facts", HTMLElement);
  readonly #again = element("path-again", HTMLButtonElement);
  #isTrying = false;

  constructor(private readonly options: PathCheckOptions) {
    this.#again.addEventListener("click", () => void this.attempt());
  }

  /** Whether a test call is under way. */
  get isTrying(): boolean {
    return this.#isTrying;
  }

  /** Whether a test call of these hours came back, and the agent was told what it found. */
  get isKnown(): boolean {
    return knownPath() !== null;
  }

  /** Whether it found nothing to complain about. */
  get isGood(): boolean {
    const path = knownPath();
    return path !== null && verdict(path) === "good";
  }

  /** Show what is known, or find out where that is possible. */
  async begin(): Promise<void> {
    const path = knownPath();
    if (path) this.#found(path);
    else await this.attempt();
  }

  /** Make the test call, unless one is under way, and show what it found. */
  async attempt(): Promise<void> {
    if (this.#isTrying || !this.options.mayTry()) return;
    this.#isTrying = true;
    this.#facts.hidden = this.#again.hidden = true;
    showWhen(this.#part, "trying");
    this.options.changed();
    const path = await this.options.attempt();
    this.#isTrying = false;
    if (typeof path === "string") {
      showOnly(path === "over" ? "switch" : path, PROBLEMS);
      showWhen(this.#part, "failed");
      this.#again.hidden = false;
    } else {
      showOnly(null, PROBLEMS);
      rememberPath(path);
      this.#found(path);
    }
    this.options.changed();
  }

  #found(path: Path): void {
    showWhen(this.#part, verdict(path));
    for (const way of this.#facts.querySelectorAll<HTMLElement>("[data-way]")) way.hidden = way.dataset.way !== path.way;
    element("path-time", HTMLElement).textContent = String(path.roundTripMs);
    element("path-lost", HTMLElement).textContent = String(path.lostPercent);
    this.#facts.hidden = false;
    this.#again.hidden = !this.options.mayTry();
  }
}
