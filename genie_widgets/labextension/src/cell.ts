/* The notebook that opens the panel on a file: its name enters the code as data. */

import type * as nbformat from '@jupyterlab/nbformat';

/* What may stand in a cell as it is. The rest is written as an escape: a quote would end the text, and a line separator
   (U+2028, U+0085, ...) would begin what IPython takes for a line of its own, where `!` runs a command. */
const PLAIN = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Write a text as Python does, whatever is in it. */
export function pythonText(text: string): string {
  const written = Array.from(text, char => {
    if (char === '"' || char === '\\') return `\\${char}`;
    if (PLAIN.test(char)) return char;
    const code = char.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
  return `"${written.join('')}"`;
}

/** Give the code of the panel, on a file if one is named. */
export function panelCode(file: string | null): string {
  return `import genie_widgets as gw\n\ngw.Genie(${file === null ? '' : pythonText(file)})`;
}

/** Make a notebook of one cell. */
export function notebookOf(code: string): nbformat.INotebookContent {
  return {
    cells: [{ cell_type: 'code', id: 'genie-panel', metadata: {}, source: code, outputs: [], execution_count: null }],
    metadata: {
      kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)', language: 'python' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
