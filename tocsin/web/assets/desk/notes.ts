// Notes save themselves while they are written, and again until they are saved; no swap of the page loses a word.

const PAUSE_MS = 400;
const RETRY_MS = 2000;

type Saving = "saved" | "writing" | "unsaved" | "refused";

/** Save what is written in any form.note of the page, by posting it to `address`. */
export function keepNotes({ address, csrf }: { address: string; csrf: string }): { saveNow(): void } {
  const written = new Map<string, FormData>();
  let timer = 0;
  let isSaving = false;

  addEventListener("input", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("form.note");
    const call = form?.dataset.call;
    if (!form || !call) return;
    const note = new FormData(form);
    note.set("call", call);
    written.set(call, note);
    say(call, "writing");
    saveIn(PAUSE_MS);
  });
  addEventListener("submit", (event) => {
    if ((event.target as Element).matches("form.note")) event.preventDefault();
  });
  addEventListener("pagehide", () => saveIn(0));
  addEventListener("online", () => saveIn(0));

  function saveIn(pause: number): void {
    clearTimeout(timer);
    if (pause) timer = window.setTimeout(() => void save(), pause);
    else void save();
  }

  // One after the other, so that an older text never overtakes a newer one.
  async function save(): Promise<void> {
    const [next] = written;
    if (!next || isSaving) return;
    const [call, note] = next;
    isSaving = true;
    const outcome = await post(note);
    isSaving = false;
    if (outcome === "unsaved") {
      say(call, "unsaved");
      return saveIn(RETRY_MS);
    }
    if (written.get(call) === note) {
      written.delete(call);
      say(call, outcome.kind, outcome.text);
    }
    if (written.size) saveIn(0);
  }

  async function post(note: FormData): Promise<"unsaved" | { kind: Saving; text: string }> {
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: note,
        headers: { "X-CSRFToken": csrf },
        keepalive: true,
        redirect: "error",
      });
      if (answer.ok) return { kind: "saved", text: "" };
      if (answer.status === 422) return { kind: "refused", text: await answer.text() };
      return "unsaved";
    } catch {
      return "unsaved";
    }
  }

  return { saveNow: () => written.size && saveIn(0) };
}

function say(call: string, saving: Saving, text = ""): void {
  const form = document.getElementById(`note-${call}`);
  for (const sentence of form?.querySelectorAll<HTMLElement>("[data-note-is]") ?? []) {
    sentence.hidden = sentence.dataset.noteIs !== saving;
    if (!sentence.hidden && text) sentence.textContent = text;
  }
}
