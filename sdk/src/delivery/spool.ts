import type { Clock } from "../clock.ts";
import { warnOnce } from "../diagnostics.ts";
import type { Batch } from "./batch.ts";
import {
  DamagedFileError,
  decodeSpoolFile,
  encodeSpoolFile,
  spoolFile,
  type SpoolFile,
} from "./spool-file.ts";
import { SpoolFolder } from "./spool-folder.ts";

export interface SpoolOptions {
  /** Shared by processes whose telemetry may be sent with the same credentials: what one leaves the next one sends. */
  directory: string;
  maxBytes: number;
  maxAgeMs: number;
}

/** A disk that failed is tried again after so long. */
const repairPauseMs = 30_000;

/** A disk that is silent for longer does not hold up what could be sent. */
const stuckMs = 30_000;

/**
 * Batches on disk. Takes what fits into `maxBytes`, and nothing while the disk fails: whoever asks keeps the batch then.
 * None of its methods throws.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #clock: Clock;
  readonly #adopted: (files: SpoolFile[]) => void;
  #folder: SpoolFolder | undefined;
  #opening: Promise<SpoolFolder> | undefined;
  #sequence = 0;
  #bytes = 0;
  #full = false;
  #triedAgainAt = 0;
  #busySince: number | undefined;
  #closed = false;
  /** What is being written. */
  #writing: { readonly batch: Batch; readonly file: SpoolFile } | undefined;
  readonly #removals = new Set<Promise<void>>();

  /** `adopted` is told what earlier processes left, once the directory can be read. */
  constructor(options: SpoolOptions, clock: Clock, adopted: (files: SpoolFile[]) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#adopted = adopted;
  }

  /** On disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Makes the folder and takes over what dead processes left. Not to be called while `store` is at work, or twice at once. */
  async open(): Promise<void> {
    await this.#attempt(() => this.#ready());
  }

  /** Whether it is worth waiting for: it has room, and the disk works as far as is known. */
  accepts(): boolean {
    return !this.#closed && !this.#full && !this.#isStuck() && this.#clock.now() >= this.#triedAgainAt;
  }

  isFull(): boolean {
    return this.#full;
  }

  isExpired(file: SpoolFile): boolean {
    return this.#clock.now() - file.createdAt > this.#options.maxAgeMs;
  }

  /** One batch at a time. `undefined`: it is not stored, and `accepts()` says whether to try again. */
  store(batch: Batch, createdAt: number): Promise<SpoolFile | undefined> {
    return this.#attempt(async () => {
      const folder = await this.#ready();
      const content = encodeSpoolFile(batch);
      if (content.length > this.#options.maxBytes) {
        throw new Error(`a batch has ${content.length} bytes, and it may hold ${this.#options.maxBytes}`);
      }
      if (!this.#hasRoom(content)) {
        this.#full = true;
        return undefined;
      }
      const file = this.#nameIn(folder, batch, createdAt, content);
      this.#writing = { batch, file };
      await folder.write(file.name, content);
      this.#bytes += file.bytes;
      return file;
    });
  }

  /**
   * As `store`, without waiting, for a process that ends now; also while that batch or another one is being stored. Not while
   * the disk hangs. Nothing is stored by `store` any more.
   */
  storeSync(batch: Batch, createdAt: number): SpoolFile | undefined {
    this.#closed = true;
    if (this.#isStuck()) return undefined;
    try {
      const content = encodeSpoolFile(batch);
      if (!this.#hasRoom(content)) return undefined;
      try {
        return this.#writeSync(batch, createdAt, content);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        // Someone removed the folder, or took it over: it may have no lock.
        this.#folder = undefined;
        return this.#writeSync(batch, createdAt, content);
      }
    } catch (error) {
      this.#complain(error);
      return undefined;
    }
  }

  #writeSync(batch: Batch, createdAt: number, content: Uint8Array): SpoolFile {
    const folder = (this.#folder ??= SpoolFolder.createUnlocked(this.#options.directory));
    // A batch keeps the name that it is being stored under: it must not be there twice.
    const begun = this.#writing?.batch === batch ? this.#writing.file : undefined;
    const file = begun ?? this.#nameIn(folder, batch, createdAt, content);
    folder.writeSync(file.name, content);
    this.#bytes += file.bytes;
    return file;
  }

  /** `"lost"`: nobody will ever read it; `undefined`: the disk fails. */
  async load(file: SpoolFile): Promise<Batch | "lost" | undefined> {
    try {
      const folder = await this.#ready();
      return decodeSpoolFile(await folder.read(file.name));
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (!gone && !(error instanceof DamagedFileError)) return undefined;
      warnOnce(
        `spool-lost:${this.#options.directory}`,
        `A file in the spool ${this.#options.directory} is lost (${file.name}): ${(error as Error).message}. ` +
          "Leave the folder to the SDK.",
      );
      return "lost";
    }
  }

  async remove(file: SpoolFile): Promise<void> {
    const removal = this.#folder?.remove(file.name).catch((error: unknown) => this.#complain(error));
    if (removal) {
      this.#removals.add(removal);
      await removal;
      this.#removals.delete(removal);
    }
    this.#bytes -= file.bytes;
    this.#full = false;
  }

  /** What is in it is left to the next process. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    await Promise.all(this.#removals);
    await this.#leave();
  }

  /** The folder, made when it is not there yet. */
  async #ready(): Promise<SpoolFolder> {
    if (this.#folder) return this.#folder;
    this.#opening ??= this.#openFolder();
    try {
      return await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  async #openFolder(): Promise<SpoolFolder> {
    const folder = await SpoolFolder.create(this.#options.directory);
    try {
      const files = await folder.adopt();
      for (const { bytes } of files) this.#bytes += bytes;
      this.#folder = folder;
      this.#adopted(files);
      return folder;
    } catch (error) {
      await folder.release();
      throw error;
    }
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.#busySince = this.#clock.now();
    try {
      return await work();
    } catch (error) {
      this.#triedAgainAt = this.#clock.now() + repairPauseMs;
      this.#complain(error);
      if ((error as NodeJS.ErrnoException).code === "ENOENT") await this.#leave();
      return undefined;
    } finally {
      this.#busySince = undefined;
      this.#writing = undefined;
    }
  }

  #isStuck(): boolean {
    return this.#busySince !== undefined && this.#clock.now() - this.#busySince > stuckMs;
  }

  #hasRoom(content: Uint8Array): boolean {
    return this.#bytes + content.length <= this.#options.maxBytes;
  }

  #nameIn(
    folder: SpoolFolder,
    { items }: Batch,
    createdAt: number,
    { length: bytes }: Uint8Array,
  ): SpoolFile {
    return spoolFile(folder.owner, { createdAt, sequence: this.#sequence++, items, bytes });
  }

  /** Someone removed the folder: the next try makes a new one. */
  async #leave(): Promise<void> {
    const folder = this.#folder;
    this.#folder = undefined;
    await folder?.release();
  }

  #complain(error: unknown): void {
    warnOnce(
      `spool:${this.#options.directory}`,
      `The spool ${this.#options.directory} cannot be used: ${(error as Error).message}. Telemetry waits in memory, within ` +
        "its bounds, and the disk is tried again every 30 s. Make the folder writable and give it room.",
    );
  }
}
