import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeWhole } from "../../../files.ts";
import type { Notification, Role } from "./notification.ts";

export interface Bounds {
  notifications: number;
  bytes: number;
}

const usual: Bounds = { notifications: 1000, bytes: 16 * 2 ** 20 };

/** It calls at short intervals, for ever: only the last call is kept. */
const heartbeat: Role = "dead-mans-switch";

/** The file is written anew when what is not kept any more outweighs what is, and this. */
const slackBytes = 2 ** 16;

interface Kept {
  notification: Notification;
  line: string;
}

/** The newest notifications, kept in a file with one line of JSON for each. */
export class NotificationStore {
  readonly #path: string;
  readonly #bounds: Bounds;
  /** Oldest first. */
  #kept: Kept[];
  #fileBytes = 0;

  /** @param path of a file that is made when the first one arrives; lines in it that cannot be read are left out. */
  constructor(path: string, bounds = usual) {
    this.#path = path;
    this.#bounds = bounds;
    this.#kept = linesOf(path).flatMap(read);
    this.#shorten();
    mkdirSync(dirname(path), { recursive: true });
    this.#rewrite();
  }

  /** @throws Error of the file system when it cannot be kept. */
  add(notification: Notification): void {
    const line = `${JSON.stringify(notification)}\n`;
    appendFileSync(this.#path, line);
    this.#fileBytes += Buffer.byteLength(line);
    this.#kept.push({ notification, line });
    this.#shorten();
    if (this.#fileBytes > 2 * this.#bytes + slackBytes) this.#rewrite();
  }

  /** Those that arrived after a time, newest first. */
  since(milliseconds = 0): Notification[] {
    return this.#kept
      .map(({ notification }) => notification)
      .filter(({ receivedAt }) => receivedAt > milliseconds)
      .reverse();
  }

  get #bytes(): number {
    return this.#kept.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0);
  }

  #shorten(): void {
    const lastBeat = this.#kept.findLast(({ notification }) => notification.role === heartbeat);
    this.#kept = this.#kept
      .filter((each) => each === lastBeat || each.notification.role !== heartbeat)
      .slice(-this.#bounds.notifications);
    let bytes = this.#bytes;
    while (bytes > this.#bounds.bytes) bytes -= Buffer.byteLength(this.#kept.shift()?.line ?? "");
  }

  #rewrite(): void {
    writeWhole(this.#path, this.#kept.map(({ line }) => line).join(""), 0o600);
    this.#fileBytes = this.#bytes;
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

/** A process that was killed while it wrote leaves half a line. */
function read(line: string): Kept[] {
  try {
    return [{ notification: JSON.parse(line) as Notification, line: `${line}\n` }];
  } catch {
    return [];
  }
}
