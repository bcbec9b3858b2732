import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { warnOnce } from "../diagnostics.ts";

/** What may wait for a slow reader, in characters and bytes together; lines beyond it are lost. */
const mostWaiting = 8 * 1024 * 1024;
/** How long a synchronous flush waits for a reader that takes nothing. */
const patienceMs = 1_000;
const retryMs = 10;

/** What says that nobody will ever read again. */
const closing = new Set(["EPIPE", "EBADF", "ECONNRESET", "ENOTCONN", "EIO", "ENXIO"]);

const lineEnd = 0x0a;
const nothing = Buffer.alloc(0);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes lines to a file descriptor, in their order: those of one turn of the event loop together, at its end. The call
 * that writes is synchronous, so that nothing is under way in another thread when the process ends or a line must be out
 * at once; a pipe or a socket that is full is tried again later. Whatever becomes of the reader, the app does not notice.
 */
export class Stdout {
  readonly #fd: number;
  /** Not tried yet. */
  #lines = "";
  /** Tried, and not taken yet. */
  #rest: Buffer = nothing;
  /** The last byte that was taken ended no line. */
  #isWithinLine = false;
  #isScheduled = false;
  #isClosed = false;
  /** The last synchronous flush waited in vain. */
  #isStuck = false;
  #lost = 0;

  constructor(fd = 1) {
    this.#fd = fd;
    // Opened as a stream, a pipe or a socket does not block: Node sees to that, and no reader can hold the app up.
    if (fd === 1 && isMainThread) void process.stdout;
  }

  /** How many lines were given up because nobody took them. */
  get lost(): number {
    return this.#lost;
  }

  /** `line`: its end included. Never throws. */
  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#lines.length + this.#rest.length + line.length > mostWaiting) {
      this.#lose(1, "their reader is too slow");
      return;
    }
    this.#lines += line;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#writeLater);
  }

  /** Returns when nothing waits any more; after a second if it has to wait for a reader. Never throws. */
  flushSync(): void {
    const deadline = performance.now() + (this.#isStuck ? 0 : patienceMs);
    while (!this.#writeOut()) {
      if (performance.now() >= deadline) {
        this.#isStuck = true;
        return;
      }
      Atomics.wait(sleeper, 0, 0, retryMs);
    }
  }

  readonly #writeLater = (): void => {
    this.#isScheduled = !this.#writeOut();
    if (this.#isScheduled) setTimeout(this.#writeLater, retryMs);
  };

  /** False when something still waits for the reader. */
  #writeOut(): boolean {
    while (this.#rest.length > 0 || this.#lines !== "") {
      if (this.#rest.length === 0) {
        this.#rest = Buffer.from(this.#lines);
        this.#lines = "";
      }
      try {
        const written = writeSync(this.#fd, this.#rest);
        this.#isWithinLine = this.#rest[written - 1] !== lineEnd;
        this.#rest = this.#rest.subarray(written);
        this.#isStuck = false;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EAGAIN") return false;
        this.#giveUp(code ?? String(error));
      }
    }
    return true;
  }

  #giveUp(reason: string): void {
    this.#isClosed = closing.has(reason);
    this.#lose(
      this.#rest.reduce((lines, byte) => (byte === lineEnd ? lines + 1 : lines), 0),
      reason,
    );
    this.#rest = nothing;
    // What comes next, if it is taken, begins on a line of its own.
    if (this.#isClosed) this.#lines = "";
    else if (this.#isWithinLine) this.#lines = `\n${this.#lines}`;
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines;
    warnOnce(`log-lines-lost:${reason}`, `log lines for file descriptor ${this.#fd} are lost: ${reason}`);
  }
}
