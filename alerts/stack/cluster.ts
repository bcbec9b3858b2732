import type { Alert } from "../alert.ts";

const hour = 3600;

interface Bounds {
  /** Free space that is enough, whatever the trend, as a share. */
  fraction: number;
  /** How far the trend is followed. */
  hours: number;
  /** How long ago it must have been there already, for its trend to count. */
  pastHours?: number;
}

/** Space that is going to end within a time, or has nearly. */
function filling(available: string, size: string, { fraction, hours, pastHours }: Bounds): string {
  const past = pastHours ? ` and present_over_time(${available}[1h] offset ${pastHours}h)` : "";
  const trend = `predict_linear(${available}[6h], ${hours} * ${hour}) < 0${past}`;
  return `${available} / ${size} < ${fraction} and ${trend} or ${available} / ${size} < 0.03`;
}

/** What a volume does in its first minutes says nothing of days. */
const soon: Bounds = { fraction: 0.4, hours: 72, pastHours: 5 };
const nearly: Bounds = { fraction: 0.15, hours: 6 };

/**
 * Volumes, nodes, certificates and pods, as Kubernetes and its parts tell of them.
 * @param namespace of the stack.
 */
export function clusterAlerts(namespace: string): Alert[] {
  const own = `{namespace="${namespace}"}`;
  const volume = (bounds: Bounds) =>
    filling(
      `kubelet_volume_stats_available_bytes${own}`,
      `kubelet_volume_stats_capacity_bytes${own}`,
      bounds,
    );
  const node = (bounds: Bounds) =>
    filling(`node_filesystem_avail_bytes${disks}`, `node_filesystem_size_bytes${disks}`, bounds);
  const expiry = `certmanager_certificate_expiration_timestamp_seconds${own} - time()`;
  return [
    {
      alert: "VolumeFilling",
      severity: "warning",
      expr: volume(soon),
      holdsSeconds: hour,
      summary: "The volume {{ $labels.persistentvolumeclaim }} will be full within three days.",
      description: "If it goes on filling as in the last six hours.",
      unit: "share",
    },
    {
      alert: "VolumeFilling",
      severity: "critical",
      expr: volume(nearly),
      holdsSeconds: 600,
      summary: "The volume {{ $labels.persistentvolumeclaim }} will be full within hours.",
      description: "If it goes on filling as in the last six hours.",
      unit: "share",
    },
    {
      alert: "NodeDiskFilling",
      severity: "warning",
      expr: node(soon),
      holdsSeconds: hour,
      summary: "The disk {{ $labels.mountpoint }} of node {{ $labels.node }} will be full within three days.",
      description: "If it goes on filling as in the last six hours.",
      unit: "share",
    },
    {
      alert: "CertificateExpiring",
      severity: "warning",
      expr: `${expiry} < 14 * 86400`,
      holdsSeconds: hour,
      summary: "The certificate {{ $labels.name }} expires within two weeks.",
      description: "cert-manager should have renewed it long since.",
      unit: "seconds",
    },
    {
      alert: "CertificateExpiring",
      severity: "critical",
      expr: `${expiry} < 3 * 86400`,
      holdsSeconds: 600,
      summary: "The certificate {{ $labels.name }} expires within three days.",
      description: "After that nobody reaches Grafana, and no app outside the cluster its backends.",
      unit: "seconds",
    },
    {
      alert: "PodRestarting",
      severity: "warning",
      expr: `increase(kube_pod_container_status_restarts_total${own}[1h]) > 3`,
      holdsSeconds: 600,
      summary: "{{ $labels.container }} in {{ $labels.pod }} restarts again and again.",
      description: "More than three times within the last hour: it crashes, or is killed for want of memory.",
      unit: "count",
    },
  ];
}

/** Of a node, what outlives a reboot. */
const disks = '{fstype!~"tmpfs|ramfs|overlay|squashfs|fuse.*"}';
