/* What a notebook's kernel says of its DataFrames: asked silently, answered as data. */

import type { ISessionContext } from '@jupyterlab/apputils';

import { say } from './say';

/** A DataFrame that can be trained on: its variable, that and its size in words, and the code that opens the panel. */
export interface Frame {
  name: string;
  text: string;
  code: string;
}

const QUESTION = '__import__("genie_widgets.data", fromlist=["frame_offers"]).frame_offers()';
const PATIENCE_MS = 30_000;
const gone = () => new Error(say('This notebook has no running kernel. Start one from the menu "Kernel", and run its cells.'));
const busy = () => new Error(say('The kernel is busy. Ask again once the cell that runs has ended.'));

/** What the protocol carries for an expression: its value in several forms, or what went wrong. */
interface Answer {
  status: string;
  data?: { 'application/json'?: unknown };
  ename?: string;
  evalue?: string;
}

/** Ask the notebook's kernel for its DataFrames; what keeps it from answering is an error in plain words. */
export async function framesOf(context: ISessionContext): Promise<Frame[]> {
  const status = context.session?.kernel?.status;
  if (status === undefined || status === 'dead' || status === 'terminating') {
    throw gone();
  }
  if (status === 'busy') throw busy();
  const answer = await within(PATIENCE_MS, ask(context));
  const frames = answer.data?.['application/json'];
  if (answer.status === 'ok' && Array.isArray(frames)) return frames as Frame[];
  if (answer.ename === 'ModuleNotFoundError' || answer.ename === 'AttributeError') {
    throw new Error(
      say(
        'Genie is missing from the kernel "{kernel}", or is too old there. Run "%pip install -U genie-widgets" in a cell, and restart the kernel.',
        { kernel: context.kernelDisplayName },
      ),
    );
  }
  throw new Error(`${say('The kernel did not tell its DataFrames.')} ${answer.ename ?? ''} ${answer.evalue ?? ''}`.trim());
}

async function ask(context: ISessionContext): Promise<Answer> {
  await context.ready;
  const future = context.session!.kernel!.requestExecute({
    code: '',
    silent: true,
    store_history: false,
    allow_stdin: false,
    stop_on_error: false,
    user_expressions: { frames: QUESTION },
  });
  const { content } = await future.done.catch(() => {
    // The host itself knows of the end of a kernel a moment later.
    throw gone();
  });
  if (content.status !== 'ok') return { status: content.status };
  return content.user_expressions['frames'] as unknown as Answer;
}

/** A kernel may begin a long cell, or die, between a question and its answer: nobody waits for ever. */
function within<T>(patience: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(busy()), patience);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
