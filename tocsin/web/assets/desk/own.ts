// An agent's own telephone: the number that is called, the password of a SIP telephone, shown once, and the way back.

import { admission } from "../telephone/admission";
import { show } from "../telephone/problems";
import { element } from "../page/element";

export interface OwnOptions {
  /** Where the agent's number is called, where a password for a SIP telephone is made, and one for the browser. */
  addresses: { number: string; sip: string; browser: string };
  csrf: string;
  /** From now on the own telephone speaks, and not the browser. */
  taken(): void;
}

/** Let the agent choose; answers whether an own telephone is in use. */
export function ownTelephone({ addresses, csrf, taken }: OwnOptions): { readonly isUsed: boolean } {
  const section = element("own-telephone", HTMLElement);
  const form = element("own-number-form", HTMLFormElement);
  const refused = element("own-number-refused", HTMLElement);
  const choice = { isUsed: section.dataset.own === "yes" };

  function use(): void {
    taken();
    choice.isUsed = true;
  }

  async function callMe(): Promise<void> {
    const headers = { "X-CSRFToken": csrf };
    try {
      const answer = await fetch(addresses.number, { method: "POST", headers, body: new FormData(form), redirect: "error" });
      refused.textContent = answer.status === 422 ? await answer.text() : "";
      refused.hidden = answer.status !== 422;
      if (answer.ok) use();
      else if (answer.status !== 422) show("network", true);
    } catch {
      show("network", true);
    }
  }

  async function make(): Promise<void> {
    try {
      const login = await admission<Record<string, string>>(addresses.sip, csrf);
      use();
      for (const part of section.querySelectorAll<HTMLElement>("[data-own-is]")) {
        part.textContent = login[part.dataset.ownIs ?? ""] ?? "";
      }
      element("own-login", HTMLElement).hidden = element("own-once", HTMLElement).hidden = false;
    } catch {
      show("network", true);
    }
  }

  // The browser's telephone takes the place of the other; the page begins anew with it.
  async function giveBack(): Promise<void> {
    if (!choice.isUsed) section.hidden = true;
    else await admission(addresses.browser, csrf).then(() => location.reload(), () => show("network", true));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void callMe();
  });
  element("own-make", HTMLButtonElement).addEventListener("click", () => void make());
  element("own-end", HTMLButtonElement).addEventListener("click", () => void giveBack());
  element("open-own", HTMLButtonElement).addEventListener("click", () => {
    section.hidden = false;
    element("own-number", HTMLInputElement).focus();
  });
  return choice;
}
