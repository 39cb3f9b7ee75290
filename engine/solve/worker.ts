import { Worker, parentPort, workerData } from 'node:worker_threads';
import { deadline } from '../base/clock.js';
import type { MipAnswer, MipEngine, MipTask } from './mip-task.js';
import type { SearchAnswer, SearchTask } from './search/search-task.js';

/** What became of a task: an answer, no answer in time (the thread was ended), or a fault of the thread. */
export type WorkerReply<Answer = MipAnswer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'late' }
  | { readonly kind: 'crashed'; readonly detail: string };

/** Marks threads started here, so that this file does nothing in anybody else's thread. */
const ROLE = 'edict-mip-worker';

type Task = MipTask | SearchTask;

type Message = { readonly answer: MipAnswer | SearchAnswer } | { readonly fault: string };

/**
 * One thread in which solver libraries may block. It is started by the first task, stays warm, and is ended
 * when a task overruns its wall time: that is the only way to stop a library that ignores its deadline. An answer
 * that has arrived by then is taken, however late this thread looks at it.
 * An idle thread does not keep the process alive. Tasks run one after the other.
 */
export class SolverWorker {
  private thread: Worker | null = null;
  private last: Promise<unknown> = Promise.resolve();

  /** `wallMs` counts from when the task starts, not from when it is queued. */
  run(task: MipTask, wallMs: number): Promise<WorkerReply>;
  run(task: SearchTask, wallMs: number): Promise<WorkerReply<SearchAnswer>>;
  run(task: Task, wallMs: number): Promise<WorkerReply<MipAnswer | SearchAnswer>> {
    const turn = this.last.then(() => this.start(task, wallMs));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    await thread?.terminate();
  }

  private threadOf(): Worker {
    if (this.thread === null) {
      const thread = new Worker(new URL('./worker.js', import.meta.url), { workerData: { role: ROLE } });
      this.thread = thread;
      // A thread that dies between tasks is replaced by the next task.
      thread.on('error', () => this.forget(thread));
      thread.on('exit', () => this.forget(thread));
    }
    return this.thread;
  }

  private forget(thread: Worker): void {
    if (this.thread === thread) this.thread = null;
  }

  private start(task: Task, wallMs: number): Promise<WorkerReply<MipAnswer | SearchAnswer>> {
    const thread = this.threadOf();
    thread.ref();
    return new Promise((resolve) => {
      const settle = (reply: WorkerReply<MipAnswer | SearchAnswer>): void => {
        cancel();
        thread.off('message', onMessage);
        thread.off('error', onError);
        thread.off('exit', onExit);
        thread.unref();
        resolve(reply);
      };
      const onMessage = (message: Message): void => {
        if ('answer' in message) settle({ kind: 'answered', answer: message.answer });
        else settle({ kind: 'crashed', detail: message.fault });
      };
      const onError = (error: Error): void => settle({ kind: 'crashed', detail: error.message });
      const onExit = (): void => settle({ kind: 'crashed', detail: 'the worker thread ended' });
      const cancel = deadline(wallMs, () => {
        this.forget(thread);
        settle({ kind: 'late' });
        void thread.terminate();
      });
      thread.on('message', onMessage);
      thread.on('error', onError);
      thread.on('exit', onExit);
      thread.postMessage(task);
    });
  }
}

async function engineOf(name: MipTask['engine']): Promise<MipEngine> {
  // Loaded here and not at the top: only the thread needs the libraries.
  if (name === 'highs') return (await import('./highs.js')).runHighs;
  return (await import('./simplex.js')).runSimplex;
}

async function serve(task: Task): Promise<Message> {
  try {
    if (task.engine === 'search')
      return { answer: (await import('./search/search-task.js')).runSearch(task) };
    const run = await engineOf(task.engine);
    return { answer: await run(task) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

const isOurs = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'role' in data && data.role === ROLE;

if (parentPort !== null && isOurs(workerData)) {
  const port = parentPort;
  port.on('message', (task: Task) => {
    void serve(task).then((message) => port.postMessage(message));
  });
}
