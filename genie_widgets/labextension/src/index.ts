/* Genie in JupyterLab and Notebook 7: a table's menu, a notebook's DataFrames, a launcher card, and the command palette. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, showErrorMessage } from '@jupyterlab/apputils';
import { IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';

import { notebookOf, panelCode } from './cell';
import { addFrames } from './frames';
import { leaveWord, takeWord } from './handover';
import { genieIcon, lampUrl } from './icon';
import { say, speak } from './say';
import { freeName, isTable } from './tables';

const OPEN = 'genie:open';
const TRAIN = 'genie:train';

const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const join = (folder: string, name: string) => (folder ? `${folder}/${name}` : name);

/** Make a notebook in a folder; give its path. */
async function create(contents: Contents.IManager, folder: string, table: Contents.IModel | null, code: string) {
  const listed = (await contents.get(folder)).content as Contents.IModel[];
  const made = await contents.newUntitled({ path: folder, type: 'notebook' });
  await contents.save(made.path, { type: 'notebook', format: 'json', content: notebookOf(code) });
  const name = freeName(table?.name ?? null, new Set(listed.map(item => item.name)));
  return (await contents.rename(made.path, join(folder, name))).path;
}

/** Make the notebook beside the table; where nothing may be written there, in the topmost folder. */
async function notebookFor(contents: Contents.IManager, table: Contents.IModel | null, folder: string) {
  const local = table && contents.localPath(table.path);
  try {
    const code = panelCode(table && table.name);
    return { code, path: await create(contents, local === null ? folder : folderOf(local), table, code) };
  } catch (error) {
    if (local === null ? folder === '' : folderOf(local) === '') throw error;
    // The kernel starts in the notebook's folder: from there the path is the whole one.
    const code = panelCode(local);
    return { code, path: await create(contents, '', table, code) };
  }
}

/** Run the notebook that was opened for a person's click, once its kernel is there. */
async function runIfAsked(panel: NotebookPanel) {
  await panel.context.ready;
  if (!takeWord(panel, panel.context.path)) return;
  await panel.sessionContext.ready;
  await NotebookActions.runAll(panel.content, panel.sessionContext);
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'genie-widgets:plugin',
  description: 'Opens the panel of Genie on a table.',
  autoStart: true,
  optional: [ICommandPalette, ILauncher, IFileBrowserFactory, IDefaultFileBrowser, INotebookTracker, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    factory: IFileBrowserFactory | null,
    files: IDefaultFileBrowser | null,
    notebooks: INotebookTracker | null,
    translator: ITranslator | null,
  ) => {
    speak(translator?.languageCode ?? 'en');
    const { commands } = app;
    const { contents } = app.serviceManager;

    const browser = () => factory?.tracker.currentWidget ?? files;
    const selected = () => {
      const items = Array.from(browser()?.selectedItems() ?? []);
      return items.length === 1 && isTable(items[0], contents) ? items[0] : null;
    };

    async function open(table: Contents.IModel | null, folder: string) {
      try {
        const { code, path } = await notebookFor(contents, table, contents.localPath(folder));
        leaveWord(path, code);
        await commands.execute('docmanager:open', { path, factory: 'Notebook' });
      } catch (error) {
        await showErrorMessage(say('Genie could not open a notebook'), error as Error);
      }
    }

    notebooks?.widgetAdded.connect((_tracker, panel) => void runIfAsked(panel));

    commands.addCommand(OPEN, {
      label: args => (args['isPalette'] ? say('Train a model on a table') : 'Genie'),
      caption: say('Train a model on a table, without code'),
      icon: args => (args['isPalette'] ? undefined : genieIcon),
      execute: args => open(null, (args['cwd'] as string | undefined) ?? browser()?.model.path ?? ''),
    });
    commands.addCommand(TRAIN, {
      label: args => (args['isPalette'] ? say('Train a model on the selected file') : say('Train a model with Genie')),
      caption: say('Open a notebook with Genie on this table'),
      icon: args => (args['isPalette'] ? undefined : genieIcon),
      isVisible: () => selected() !== null,
      isEnabled: () => selected() !== null,
      execute: async () => {
        const table = selected();
        if (table !== null) await open(table, '');
      },
    });

    app.contextMenu.addItem({ command: TRAIN, selector: '.jp-DirListing-item[data-isdir="false"]', rank: 1.1 });
    for (const command of [OPEN, TRAIN]) {
      palette?.addItem({ command, category: 'Genie', args: { isPalette: true } });
    }
    if (notebooks !== null) addFrames(app, notebooks, palette);
    launcher?.add({ command: OPEN, category: 'Notebook', rank: 10, kernelIconUrl: lampUrl });
  },
};

export default plugin;
