import type { RuleCase } from "../../../support/promtool.ts";
import { gauge } from "../../../support/samples.ts";
import { episodeCases } from "./episode.ts";

const who = 'tenant_id="a",service="daemon"';
const labels = { tenant_id: "a", service: "daemon" };
const usb = (action: string, outcome: string) =>
  `autoweave_usb_events_total{${who},action="${action}",outcome="${outcome}"}`;

export const usbCases: RuleCase[] = [
  ...episodeCases({
    alert: "UsbDevicesFlapping",
    counters: {
      [usb("attach", "success")]: [0, 2, 1.4],
      [usb("detach", "success")]: [0, 2, 1.4],
      [usb("detach", "success").replace('"a"', '"b"')]: [0, 0, 0],
      [usb("attach", "success").replace('"a"', '"b"')]: [0, 0, 0],
    },
    firesAfterSeconds: 120 + 210,
    endsAfterSeconds: 300 + 60,
    labels,
  }),
  {
    promise: "UsbDevicesFlapping is silent where many devices come at once and stay",
    series: { [usb("attach", "success")]: "0x20 50x40", [usb("detach", "success")]: "0x60" },
    alert: "UsbDevicesFlapping",
    firing: { "11m": [], "14m": [] },
  },
  {
    promise: "UsbDevicesFlapping takes a restart of the daemon for no storm",
    series: { [usb("attach", "success")]: "500x20 0x40", [usb("detach", "success")]: "500x20 0x40" },
    alert: "UsbDevicesFlapping",
    firing: { "11m": [], "14m": [] },
  },
  ...episodeCases({
    alert: "UsbTransfersFailing",
    counters: {
      [usb("transfer", "error")]: [0, 60, 50],
      [usb("transfer", "success")]: [1000, 940, 950],
      [usb("transfer", "success").replace('"a"', '"b"')]: [1000, 1000, 1000],
    },
    firesAfterSeconds: 300 + 240,
    endsAfterSeconds: 300 + 30,
    labels,
  }),
  {
    promise: "UsbTransfersFailing is silent for a few failures, though they are all there is",
    series: { [usb("transfer", "error")]: "0x20 9x60", [usb("transfer", "success")]: "0x80" },
    alert: "UsbTransfersFailing",
    firing: { "16m": [], "20m": [] },
  },
];

const depth = `autoweave_queue_depth{${who},queue="jobs",state="waiting"}`;
const jobs = (result: string, tenant = "a") =>
  `autoweave_queue_jobs_total{tenant_id="${tenant}",service="daemon",queue="jobs",outcome="error",result="${result}"}`;

export const queueCases: RuleCase[] = [
  {
    promise:
      "QueueGrowing fires 15 minutes after more than a tenth more wait than half an hour ago, and ends five minutes after it shrinks",
    everySeconds: 60,
    series: {
      // From 100 on, two more every minute; then they are worked off.
      [depth]: [
        ...Array<number>(40).fill(90),
        ...Array.from({ length: 60 }, (_, step) => 92 + 2 * step),
        ...Array<number>(40).fill(20),
      ],
      [depth.replace('"a"', '"b"')]: "90x140",
    },
    alert: "QueueGrowing",
    firing: {
      "59m": [],
      "1h": [{ ...labels, queue: "jobs" }],
      "1h44m": [{ ...labels, queue: "jobs" }],
      "1h45m": [],
    },
  },
  {
    promise:
      "QueueGrowing is silent for a long queue that does not grow, for a short one that does, and for delayed jobs",
    everySeconds: 60,
    series: {
      [depth]: "5000x120",
      [depth.replace('"jobs"', '"short"')]: gauge([10, 60], [100, 60]),
      [depth.replace('"jobs"', '"later"').replace("waiting", "delayed")]: gauge([10, 60], [5000, 60]),
    },
    alert: "QueueGrowing",
    firing: { "1h29m": [], "1h59m": [] },
  },
  {
    promise:
      "QueueJobsDead fires at the first dead job, of that tenant alone, and ends a quarter of an hour later",
    series: {
      [jobs("dead")]: [...Array<"_">(40).fill("_"), ...Array<number>(60).fill(1)],
      [jobs("dead", "b")]: "3x100",
      [jobs("retried")]: "0+5x100",
    },
    alert: "QueueJobsDead",
    firing: {
      "15m": [],
      "19m30s": [],
      "20m": [{ ...labels, queue: "jobs" }],
      "34m30s": [{ ...labels, queue: "jobs" }],
      "35m": [],
    },
  },
  {
    promise:
      "QueueJobsDead is silent for jobs that fail and are tried again, and for those that died long ago",
    series: { [jobs("retried")]: "0+5x100", [jobs("failed")]: "0+5x100", [jobs("dead")]: "7x100" },
    alert: "QueueJobsDead",
    firing: { "20m": [], "45m": [] },
  },
  {
    promise: "QueueJobsDead fires at one more dead job, and takes a restart for none",
    series: { [jobs("dead")]: "5x40 6x40 0x80" },
    alert: "QueueJobsDead",
    firing: { "19m30s": [], "20m30s": [{ ...labels, queue: "jobs" }], "35m30s": [], "45m": [] },
  },
];

export const tenantCases: RuleCase[] = (
  [
    ["logs", "loki_distributor_bytes_received_total", "gold", 10],
    ["traces", "tempo_distributor_bytes_received_total", "gold", 1],
  ] as const
).flatMap(([signal, received, tenant, mib]) => {
  const perSample = mib * 1024 * 1024 * 30;
  return episodeCases({
    alert: "TenantNearLimit",
    counters: {
      [`${received}{tenant="${tenant}",pod="0"}`]: [0, perSample, perSample * 0.79],
      [`${received}{tenant="plain",pod="0"}`]: [0, 30, 30],
    },
    firesAfterSeconds: 600 + 240,
    endsAfterSeconds: 300 + 30,
    labels: { tenant_id: tenant, signal },
  });
});
