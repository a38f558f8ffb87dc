/** Which language the page speaks, kept in a cookie so that the agent sends the page in it next time. */
import { LANGUAGES, type Language } from "../../text/text.ts";

const YEAR_S = 365 * 86_400;

/** As the agent has sent the page: by the cookie, or by what the browser asks for. */
export function firstLanguage(): Language {
  const { lang } = document.documentElement;
  return LANGUAGES.find((language) => language === lang) ?? "en";
}

export function keepLanguage(language: Language): void {
  document.documentElement.lang = language;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is younger than the phones this is read on.
  document.cookie = `language=${language}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`;
}
