// While something sensitive is written, the recording pauses: fields say so with data-sensitive.

/** Pause the recording while a sensitive field has the focus; `ask` is where the desk asks, VERB in it a word. */
export function sparingTheTape({ ask, csrf }: { ask: string; csrf: string }): void {
  let paused = "";

  addEventListener("focusin", (event) => spare(event.target));
  // A tape may begin while the field has the focus: after a caller was on hold, or by a coordinator.
  document.addEventListener("htmx:after:swap", () => spare(document.activeElement));
  // Only what was paused here goes on by itself: who pressed the key presses it again.
  addEventListener("focusout", (event) => {
    if (!paused || !isSensitive(event.target) || isSensitive(event.relatedTarget)) return;
    post("tape_on", paused);
    paused = "";
  });

  function spare(target: EventTarget | null): void {
    const call = document.getElementById("tape-off") ? document.getElementById("state")?.dataset.call : "";
    if (call && isSensitive(target)) {
      paused = call;
      post("tape_off", call);
    }
  }

  function post(verb: string, call: string): void {
    void fetch(ask.replace("VERB", verb), {
      method: "POST",
      body: new URLSearchParams({ call }),
      headers: { "X-CSRFToken": csrf },
      keepalive: true,
    });
  }
}

function isSensitive(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[data-sensitive]") !== null;
}
