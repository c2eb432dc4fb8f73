// Finding what the template promises.

/** The element with this id; an Error where the page has none of that kind, which is a fault of the template. */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`);
  return found;
}

/** Of the sentences in `part` that are for one state each (data-when), show that of this state. */
export function showWhen(part: HTMLElement, state: string): void {
  for (const sentence of part.querySelectorAll<HTMLElement>("[data-when]")) {
    sentence.hidden = sentence.dataset.when !== state;
  }
}
