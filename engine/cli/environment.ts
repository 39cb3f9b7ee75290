/** Where text goes; `process.stdout` is one. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Everything a run of the program touches besides files, so that tests can run it in their own process. */
export interface Environment {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Makes a folder the one that relative paths start from. */
  chdir(folder: string): void;
  /** Lets the system end the program on SIGINT and SIGTERM, at once and without cleaning. */
  leaveSignals(): void;
  /** Has `clean` run when SIGINT or SIGTERM comes, before the program ends with 130 or 143. */
  onStop(clean: () => void | Promise<void>): void;
}
