import { stripEnd } from '../base/strip.js';
import type { Comment } from './doc.js';

/** The only space that ends a line is what was written here; other sorts of space may be the end of a name. */
const bare = (text: string): string => stripEnd(text, ' ');
const isBlank = (text: string): boolean => bare(text) === '';

/** Lines as they are written, and comments that wait for the end of theirs. */
export class Page {
  private readonly lines: string[] = [];
  private current = '';
  private waiting: Comment[] = [];
  /** The current line has a comment in it already. */
  private isCommented = false;

  /** Columns that the current line has. */
  get column(): number {
    return this.current.length - (this.current.lastIndexOf('\n') + 1);
  }

  /** True where a comment must be the last of the current line. */
  get mustEnd(): boolean {
    return this.waiting.length > 0;
  }

  write(text: string): void {
    // Spaces between words, where a line has just begun, are its indentation's business.
    if (text === ' ' && isBlank(this.current)) return;
    this.current += text;
  }

  newLine(indent: number): void {
    const [first, ...rest] = this.waiting;
    this.waiting = [];
    const margin = ' '.repeat(indent);
    if (first?.place === 'own') rest.unshift(first);
    else if (first !== undefined) this.current = `${bare(this.current)} ${first.text}`;
    // Behind a comment with a line of its own the next one has begun already.
    if (!isBlank(this.current)) this.lines.push(bare(this.current));
    for (const comment of rest) this.lines.push(margin + comment.text);
    this.current = margin;
    this.isCommented = false;
  }

  comment(comment: Comment): void {
    // Comments keep their order.
    const isLate = this.waiting.length > 0 || (this.isCommented && comment.place === 'own');
    if (isLate || comment.place === 'trailing') {
      this.waiting.push(comment);
    } else if (comment.place === 'inline') {
      this.isCommented = true;
      this.current += `${this.current.endsWith(' ') || this.current === '' ? '' : ' '}${comment.text}`;
    } else {
      // Where it stood within what is one line now, it stands above that line.
      const margin = /^ */.exec(this.current)?.[0] ?? '';
      this.lines.push(margin + comment.text);
    }
  }

  end(): string[] {
    this.newLine(0);
    return this.lines;
  }
}
