/* A DataFrame of the notebook: chosen from the command palette or a cell's menu, it gets a cell with the panel. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, showErrorMessage, type ICommandPalette } from '@jupyterlab/apputils';
import { NotebookActions, type INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { genieIcon } from './icon';
import { framesOf, type Frame } from './kernel';
import { say } from './say';

const FRAME = 'genie:frame';
const CELL = '.jp-Notebook .jp-CodeCell';
/* The signs of a name, in the scripts that Python allows. */
const WORD = /[\p{L}\p{M}\p{N}\p{Pc}]+/gu;

/** Give the notebook that a person looks at, if its language is Python. */
function notebookInSight(notebooks: INotebookTracker): NotebookPanel | null {
  const panel = notebooks.currentWidget;
  return panel?.isVisible && panel.content.model?.defaultKernelLanguage === 'python' ? panel : null;
}

/** Give the place of the DataFrame that a cell names last; the first if it names none. */
function likeliest(frames: Frame[], source: string): number {
  const words = source.normalize('NFKC').match(WORD) ?? [];
  const places = words.map(word => frames.findIndex(frame => frame.name === word)).filter(place => place >= 0);
  return places[places.length - 1] ?? 0;
}

/** Ask which DataFrame is meant, where there is a choice. */
async function choose(frames: Frame[], source: string): Promise<Frame | null> {
  if (frames.length === 1) return frames[0];
  const items = frames.map(frame => frame.text);
  const { value } = await InputDialog.getItem({
    title: say('Train a model on a DataFrame'),
    label: say('DataFrame of this notebook'),
    items,
    current: likeliest(frames, source),
    okLabel: say('Open Genie'),
  });
  return value === null ? null : frames[items.indexOf(value)];
}

/** Open the panel in a cell of its own below the active one. */
async function openOn(panel: NotebookPanel, { code }: Frame): Promise<void> {
  const { content: notebook, sessionContext } = panel;
  const place = notebook.activeCell ? notebook.activeCellIndex + 1 : 0;
  notebook.model!.sharedModel.insertCell(place, { cell_type: 'code', source: code, metadata: { trusted: true } });
  notebook.activeCellIndex = place;
  notebook.deselectAll();
  await NotebookActions.run(notebook, sessionContext);
}

/** Find the DataFrame that is meant, and open the panel on it; what hinders is told. */
async function train(panel: NotebookPanel): Promise<void> {
  try {
    const frames = await framesOf(panel.sessionContext);
    if (frames.length === 0) throw new Error(say('This notebook holds no DataFrame. Run the cell that makes it, and ask again.'));
    const frame = await choose(frames, panel.content.activeCell?.model.sharedModel.getSource() ?? '');
    if (frame !== null && !panel.isDisposed) await openOn(panel, frame);
  } catch (error) {
    await showErrorMessage(say('Genie could not open a DataFrame'), error as Error);
  }
}

/** Add the command and its entries. */
export function addFrames(app: JupyterFrontEnd, notebooks: INotebookTracker, palette: ICommandPalette | null): void {
  const { commands } = app;
  commands.addCommand(FRAME, {
    label: say('Train a model on a DataFrame…'),
    caption: say('Open Genie on a DataFrame of this notebook'),
    icon: args => (args['isPalette'] ? undefined : genieIcon),
    isVisible: () => notebookInSight(notebooks) !== null,
    isEnabled: () => notebookInSight(notebooks) !== null,
    execute: async () => {
      const panel = notebookInSight(notebooks);
      if (panel !== null) await train(panel);
    },
  });
  notebooks.currentChanged.connect(() => commands.notifyCommandChanged(FRAME));
  app.contextMenu.addItem({ command: FRAME, selector: CELL, rank: 13 });
  palette?.addItem({ command: FRAME, category: 'Genie', args: { isPalette: true } });
}
