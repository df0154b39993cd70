/* What people read, in the language that JupyterLab is set to: the extension's part of the panel's catalogues. */

import catalogues from './catalogues.json';

const KNOWN: Record<string, Record<string, string>> = catalogues;
let spoken: Record<string, string> = {};

/** Speak the language of a tag such as "de_DE"; English where there is no catalogue for it. */
export function speak(tag: string): void {
  spoken = KNOWN[tag.split(/[-_]/)[0].toLowerCase()] ?? {};
}

/** Say a text of ours, with values in its named places. */
export function say(text: string, values: Record<string, string> = {}): string {
  // In one pass: a value that looks like a place stays as it is.
  return (spoken[text] ?? text).replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}
