/** What the app does, and how often. */
export interface Workload {
  name: string;
  title: string;
  app: "http" | "usb" | "plugins" | "queue";
  ratePerSecond: number;
  /** At first: so fast that the code is compiled as it is in a process that has run for hours. */
  warmUpRatePerSecond: number;
  /** Asked for by a client in a process of its own; the other apps drive themselves. */
  path?: string;
}

export const workloads: readonly Workload[] = [
  {
    name: "http-realistic",
    title: "express, 4 KB answer",
    app: "http",
    ratePerSecond: 200,
    warmUpRatePerSecond: 400,
    path: "/devices/7",
  },
  {
    name: "http-hello",
    title: "express, hello world",
    app: "http",
    ratePerSecond: 1_000,
    warmUpRatePerSecond: 2_000,
    path: "/hello",
  },
  { name: "usb-200", title: "USB events", app: "usb", ratePerSecond: 200, warmUpRatePerSecond: 4_000 },
  { name: "usb-1000", title: "USB events", app: "usb", ratePerSecond: 1_000, warmUpRatePerSecond: 4_000 },
  { name: "plugins", title: "plugin loads", app: "plugins", ratePerSecond: 200, warmUpRatePerSecond: 2_000 },
  { name: "queue", title: "queue jobs", app: "queue", ratePerSecond: 200, warmUpRatePerSecond: 2_000 },
];
