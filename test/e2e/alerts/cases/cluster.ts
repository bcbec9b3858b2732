import type { RuleCase } from "../../../support/promtool.ts";
import { gauge } from "../../../support/samples.ts";
import { episodeCases } from "./episode.ts";

const hour = 3600;
const day = 24 * hour;
const gib = 1024 ** 3;

/** Space of which so much is free at first, and which fills by so many bytes an hour. */
const disk = (available: string, size: string, labels: string) => ({
  /** A sample every ten minutes for twelve hours, then as much free as at first. */
  filling: (freeGiB: number, gibPerHour: number): RuleCase["series"] => ({
    [`${size}{${labels}}`]: `${100 * gib}x144`,
    [`${available}{${labels}}`]: [
      ...Array.from({ length: 72 }, (_, step) => Math.round((freeGiB - (gibPerHour * step) / 6) * gib)),
      ...Array<number>(72).fill(freeGiB * gib),
    ],
  }),
});

const volume = disk(
  "kubelet_volume_stats_available_bytes",
  "kubelet_volume_stats_capacity_bytes",
  'namespace="observability",persistentvolumeclaim="loki-0"',
);
const foreign = disk(
  "kubelet_volume_stats_available_bytes",
  "kubelet_volume_stats_capacity_bytes",
  'namespace="other",persistentvolumeclaim="theirs"',
);
const node = disk(
  "node_filesystem_avail_bytes",
  "node_filesystem_size_bytes",
  'node="n1",mountpoint="/",fstype="ext4"',
);
const memory = disk(
  "node_filesystem_avail_bytes",
  "node_filesystem_size_bytes",
  'node="n1",mountpoint="/run",fstype="tmpfs"',
);
const pvc = { persistentvolumeclaim: "loki-0" };
const each = { everySeconds: 600 };

const expiry =
  'certmanager_certificate_expiration_timestamp_seconds{namespace="observability",name="entry-tls"}';

export const clusterCases: RuleCase[] = [
  {
    ...each,
    promise:
      "VolumeFilling warns an hour after hours of a trend foretell that the volume is full within three days, and ends when space is made",
    series: { ...volume.filling(39, 1), ...foreign.filling(39, 1) },
    alert: "VolumeFilling",
    firing: {
      "5h50m": [],
      "6h": [{ ...pvc, severity: "warning" }],
      "11h50m": [{ ...pvc, severity: "warning" }],
      "24h": [],
    },
  },
  {
    ...each,
    promise: "VolumeFilling is silent where the volume fills so slowly that it lasts for longer",
    series: volume.filling(39, 0.4),
    alert: "VolumeFilling",
    firing: { "6h": [], "11h50m": [] },
  },
  {
    ...each,
    promise: "VolumeFilling is silent where much is free, however fast it fills",
    series: volume.filling(90, 2),
    alert: "VolumeFilling",
    firing: { "11h50m": [] },
  },
  {
    ...each,
    promise:
      "VolumeFilling is critical ten minutes after it can be foreseen that the volume is full within six hours",
    series: volume.filling(14, 3),
    alert: "VolumeFilling",
    firing: { "10m": [], "20m": [{ ...pvc, severity: "critical" }] },
  },
  {
    ...each,
    promise: "VolumeFilling is critical for a volume that is nearly full and fills no more",
    series: volume.filling(2.9, 0),
    alert: "VolumeFilling",
    firing: {
      "10m": [{ ...pvc, severity: "critical" }],
      "1h": [
        { ...pvc, severity: "critical" },
        { ...pvc, severity: "warning" },
      ],
    },
  },
  {
    ...each,
    promise: "VolumeFilling is silent for a volume that is as full as ever",
    series: volume.filling(3, 0),
    alert: "VolumeFilling",
    firing: { "11h": [] },
  },
  {
    ...each,
    promise:
      "NodeDiskFilling warns of a disk and of no memory after hours of a trend, and not of its first minutes, and ends when space is made",
    series: { ...node.filling(39, 1), ...memory.filling(39, 1) },
    alert: "NodeDiskFilling",
    firing: { "5h50m": [], "6h": [{ node: "n1", mountpoint: "/" }], "24h": [] },
  },
  {
    ...each,
    promise: "NodeDiskFilling is silent where the disk lasts for longer",
    series: node.filling(39, 0.4),
    alert: "NodeDiskFilling",
    firing: { "6h": [], "11h50m": [] },
  },
  {
    promise: "CertificateExpiring warns an hour after two weeks are left, and ends with the renewal",
    everySeconds: 600,
    series: { [expiry]: gauge([14 * day + hour, 20], [90 * day, 10]) },
    alert: "CertificateExpiring",
    firing: { "1h": [], "2h": [], "2h10m": [{ name: "entry-tls", severity: "warning" }], "3h20m": [] },
  },
  {
    promise: "CertificateExpiring is critical ten minutes after three days are left",
    everySeconds: 600,
    series: { [expiry]: gauge([3 * day + hour, 20]) },
    alert: "CertificateExpiring",
    firing: {
      "1h10m": [{ name: "entry-tls", severity: "warning" }],
      "1h20m": [
        { name: "entry-tls", severity: "warning" },
        { name: "entry-tls", severity: "critical" },
      ],
    },
  },
  {
    promise: "CertificateExpiring is silent for the certificates of others",
    everySeconds: 600,
    series: { [expiry.replace("observability", "other")]: gauge([day, 20]) },
    alert: "CertificateExpiring",
    firing: { "3h": [] },
  },
  ...episodeCases({
    alert: "PodRestarting",
    everySeconds: 300,
    counters: {
      'kube_pod_container_status_restarts_total{namespace="observability",pod="loki-0",container="loki"}': [
        0, 1, 0.25,
      ],
      'kube_pod_container_status_restarts_total{namespace="other",pod="x",container="x"}': [1, 1, 1],
    },
    wellSeconds: 2 * hour,
    wrongSeconds: 2 * hour,
    firesAfterSeconds: 1500,
    endsAfterSeconds: 2400,
    labels: { pod: "loki-0", container: "loki" },
  }),
];
