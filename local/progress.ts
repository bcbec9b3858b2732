const terminal = process.stderr.isTTY;
const clearLine = "\r\x1b[2K";
/** How soon a step is worth a line, and how often it says that it still runs. */
const firstWordSeconds = 3;
const stillRunningSeconds = 15;

export function formatElapsed(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
}

interface Running {
  title: string;
  detail: string;
  since: number;
}

const running = new Set<Running>();
let painter: NodeJS.Timeout | undefined;

/** One line of the story that a command tells. On standard error: standard output is for results. */
export function say(line: string): void {
  process.stderr.write(terminal ? `${clearLine}${line}\n` : `${line}\n`);
}

const withDetail = ({ title, detail }: Running): string => (detail ? `${title} (${detail})` : title);

function paint(): void {
  const steps = [...running].map((step) => `${withDetail(step)} ${formatElapsed(Date.now() - step.since)}`);
  process.stderr.write(
    `${clearLine}… ${steps.join("  ·  ")}`.slice(0, (process.stderr.columns ?? 80) + clearLine.length - 1),
  );
}

function watch(step: Running): () => void {
  running.add(step);
  if (terminal) painter ??= setInterval(paint, 200).unref();
  let timer: NodeJS.Timeout | undefined;
  const speak = () => {
    say(`… ${withDetail(step)} ${formatElapsed(Date.now() - step.since)}`);
    timer = setTimeout(speak, stillRunningSeconds * 1000).unref();
  };
  if (!terminal) timer = setTimeout(speak, firstWordSeconds * 1000).unref();
  return () => {
    clearTimeout(timer);
    running.delete(step);
    if (running.size > 0 || !terminal) return;
    clearInterval(painter);
    painter = undefined;
    process.stderr.write(clearLine);
  };
}

/** Runs a step of a command, showing the elapsed time while it lasts and what it took at its end. */
export async function step<T>(
  title: string,
  task: (detail: (text: string) => void) => Promise<T>,
): Promise<T> {
  const state: Running = { title, detail: "", since: Date.now() };
  const done = watch(state);
  try {
    const result = await task((text) => (state.detail = text));
    done();
    say(`✓ ${withDetail(state)}  ${formatElapsed(Date.now() - state.since)}`);
    return result;
  } catch (error) {
    done();
    say(`✖ ${title}  ${formatElapsed(Date.now() - state.since)}`);
    throw error;
  }
}
