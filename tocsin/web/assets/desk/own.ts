// An agent's own SIP telephone: its password, shown once, and the way back to the browser.

import { admission } from "../telephone/admission";
import { show } from "../telephone/problems";
import { element } from "../page/element";

export interface OwnOptions {
  /** Where a password for a SIP telephone is made, and one for the browser. */
  addresses: { sip: string; browser: string };
  csrf: string;
  /** From now on the SIP telephone speaks, and not the browser. */
  taken(): void;
}

/** Let the agent choose; answers whether a SIP telephone is in use. */
export function ownTelephone({ addresses, csrf, taken }: OwnOptions): { readonly isUsed: boolean } {
  const section = element("own-telephone", HTMLElement);
  const choice = { isUsed: section.dataset.own === "yes" };

  async function make(): Promise<void> {
    try {
      const login = await admission<Record<string, string>>(addresses.sip, csrf);
      taken();
      choice.isUsed = true;
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

  element("own-make", HTMLButtonElement).addEventListener("click", () => void make());
  element("own-end", HTMLButtonElement).addEventListener("click", () => void giveBack());
  element("open-own", HTMLButtonElement).addEventListener("click", () => {
    section.hidden = false;
    element("own-make", HTMLButtonElement).focus();
  });
  return choice;
}
