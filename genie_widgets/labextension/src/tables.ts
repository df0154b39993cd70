/* Which files are tables, and where the notebook on one of them goes. */

import type { Contents } from '@jupyterlab/services';

const TABLE = /\.(csv|tsv|txt|xlsx|parquet|json|jsonl)(\.gz)?$/i;
const NOTEBOOK = '.ipynb';

/** Whether the panel reads such a file: by its name, and because the kernel sees it too. */
export function isTable(item: Contents.IModel, contents: Contents.IManager): boolean {
  // A further drive (a bucket, a repository) is the browser's alone; the one of live collaboration is the disk itself.
  const drive = contents.driveName(item.path);
  return item.type !== 'directory' && TABLE.test(item.name) && (drive === '' || drive === 'RTC');
}

/** Give a name that is free in a folder: "Genie people.ipynb", then "Genie people 2.ipynb". */
export function freeName(table: string | null, taken: ReadonlySet<string>): string {
  const stem = table === null ? 'Genie' : `Genie ${table.replace(TABLE, '')}`;
  let name = stem + NOTEBOOK;
  for (let count = 2; taken.has(name); count++) name = `${stem} ${count}${NOTEBOOK}`;
  return name;
}
