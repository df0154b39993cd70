/* Which notebook is to be run once it is open. Notebook 7 opens it in another browser tab, so the word is left where that
   tab finds it. Only this extension can leave one: a notebook that came from elsewhere is never run by being opened. */

import type { NotebookPanel } from '@jupyterlab/notebook';

const KEY = 'genie-widgets:run';
const VALID_MS = 120_000;

interface Word {
  path: string;
  code: string;
  at: number;
}

/** Leave word that this notebook, with exactly this code, is to be run. */
export function leaveWord(path: string, code: string): void {
  localStorage.setItem(KEY, JSON.stringify({ path, code, at: Date.now() } satisfies Word));
}

/** Take the word left for a notebook, once; false if there is none. */
export function takeWord(panel: NotebookPanel, path: string): boolean {
  const text = localStorage.getItem(KEY);
  if (text === null) return false;
  const word = JSON.parse(text) as Word;
  if (word.path !== path) return false;
  localStorage.removeItem(KEY);
  const cells = panel.content.model?.cells;
  return Date.now() - word.at < VALID_MS && cells?.length === 1 && cells.get(0).sharedModel.getSource() === word.code;
}
