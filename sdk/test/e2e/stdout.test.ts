import assert from "node:assert/strict";
import { once } from "node:events";
import { open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, source, startApp } from "../support/app.ts";

/** An app that has a `stdout` and says on stderr what a test waits for. */
const withStdout = (code: string) => `
  import { writeSync } from "node:fs";
  import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
  import { Stdout } from "${source}logs/stdout.ts";
  const stdout = new Stdout();
  const say = (text: string) => writeSync(2, text + "\\n");
  ${code}`;

const numbers = (text: string) => text.split("\n").filter(Boolean).map(Number);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("stdout", () => {
  it("gets every line in its order, however slow the reader is", async () => {
    const app = await startApp(
      withStdout(`
        for (let i = 0; i < 200_000; i++) {
          stdout.write(i + "\\n");
          if (i % 1_000 === 0) await turn();
        }
        say("written");`),
    );
    await app.says("written");
    const { code, stdout } = await app.read().ended;
    assert.equal(code, 0);
    assert.deepEqual(numbers(stdout), upTo(200_000));
  });

  it("has all lines when the process exits at once after a flush", async () => {
    const app = await startApp(
      withStdout(`
        for (let i = 0; i < 100_000; i++) stdout.write(i + "\\n");
        stdout.flushSync();
        process.exit(3);`),
    );
    const { code, stdout } = await app.read().ended;
    assert.equal(code, 3);
    assert.deepEqual(numbers(stdout), upTo(100_000));
  });

  it("has what was flushed though the process is killed", async () => {
    const app = await startApp(
      withStdout(`
        stdout.write("0\\n");
        stdout.write("1\\n");
        stdout.flushSync();
        process.kill(process.pid, "SIGKILL");`),
    );
    const { signal, stdout } = await app.read().ended;
    assert.equal(signal, "SIGKILL");
    assert.deepEqual(numbers(stdout), [0, 1]);
  });

  it("holds nobody up, and keeps a bounded number of lines, when its reader does not read", async () => {
    const app = await startApp(
      withStdout(`
        const line = "x".repeat(1023) + "\\n";
        const before = process.memoryUsage.rss();
        const began = performance.now();
        for (let i = 0; i < 100_000; i++) {
          stdout.write(line);
          if (i % 100 === 0) await turn();
        }
        for (let i = 0; i < 3; i++) stdout.flushSync();
        const grown = process.memoryUsage.rss() - before;
        say(JSON.stringify({ grown, lost: stdout.lost, ms: performance.now() - began }) + "!");
        process.exit(0);`),
    );
    await app.says("!");
    const { stderr, stdout } = await app.read().ended;
    const { grown, lost, ms } = JSON.parse(/{.*}/.exec(stderr)?.[0] ?? "") as Record<string, number>;
    assert.match(stderr, /log lines for file descriptor 1 are lost: their reader is too slow/);
    assert.ok(grown !== undefined && grown < 100 * 1024 * 1024, `${grown} bytes`);
    assert.ok(ms !== undefined && ms < 5_000, `${ms} ms`);
    // What was neither lost nor read waited when the process ended.
    assert.ok(lost !== undefined && lost > 85_000 && lost < 100_000 - stdout.length / 1024, `${lost} lost`);
  });

  it("may be closed by its reader, together with stderr", async () => {
    const app = await startApp(
      withStdout(`
        process.on("message", async () => {
          for (let i = 0; i < 20; i++) {
            stdout.write(i + "\\n");
            await sleep(5);
          }
          stdout.flushSync();
          process.exitCode = stdout.lost > 0 ? 5 : 6;
          process.disconnect();
        });
        say("ready");`),
      { stdio: ["ignore", "pipe", "pipe", "ipc"] },
    );
    await app.says("ready");
    await Promise.all([closed(app, "stdout"), closed(app, "stderr")]);
    app.process.send("go");
    assert.equal((await app.ended).code, 5);
  });

  it("may be on a full disk", async function () {
    const full = await open("/dev/full", "w").catch(() => undefined);
    if (!full) {
      console.log("Skipped: there is no /dev/full here.");
      return this.skip();
    }
    try {
      const app = await startApp(
        withStdout(`
          stdout.write("0\\n1\\n");
          await sleep(20);
          stdout.write("2\\n");
          stdout.flushSync();
          process.exitCode = stdout.lost;`),
        { stdio: ["ignore", full.fd, "pipe"] },
      );
      const { code, stderr } = await app.ended;
      assert.equal(code, 3);
      assert.match(stderr, /are lost: ENOSPC/);
    } finally {
      await full.close();
    }
  });

  it("may be a file", async () => {
    const path = join(tmpdir(), `stdout-${process.pid}`);
    const file = await open(path, "w");
    try {
      const app = await startApp(
        withStdout(`
          for (let i = 0; i < 1_000; i++) stdout.write(i + "\\n");
          await turn();
          console.log(1_000);`),
        { stdio: ["ignore", file.fd, "pipe"] },
      );
      assert.equal((await app.ended).code, 0);
      assert.deepEqual(numbers(await readFile(path, "utf8")), upTo(1_001));
    } finally {
      await file.close();
      await rm(path);
    }
  });
});

async function closed(app: App, stream: "stdout" | "stderr"): Promise<void> {
  const reader = app.process[stream];
  if (!reader) return;
  reader.destroy();
  await once(reader, "close");
}
