// Questions left by voice are heard with nobody on the line, and only while they are in sight.

const WITH_NOBODY = ["ready", "paused", "on_task"];

export interface Questions {
  /** Put them away where somebody is on the line, or about to be. */
  follow(agent: string): void;
}

export function hearingQuestions(shown: HTMLElement): Questions {
  shown.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "closed") shown.querySelector("audio")?.pause();
  });
  return {
    follow: (agent) => {
      if (!WITH_NOBODY.includes(agent)) shown.hidePopover();
    },
  };
}
