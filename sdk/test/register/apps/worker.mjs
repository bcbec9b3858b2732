// Begins a thread, which has a server of its own.
import { Worker } from "node:worker_threads";

new Worker(new URL("serve.mjs", import.meta.url));
