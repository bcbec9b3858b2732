import type { StackConfig } from "./config/schema.ts";

/** What a container asks for and may use, in Kubernetes' quantities. */
export interface Resources {
  requests: { cpu: string; memory: string };
  limits: { cpu: string; memory: string };
}

export interface Size {
  replicas: number;
  resources: Resources;
  /** Volume of each replica, in GiB; none when absent. */
  volumeGiB?: number;
}

const resources = (cpu: string, memory: string, cpuLimit: string, memoryLimit: string): Resources => ({
  requests: { cpu, memory },
  limits: { cpu: cpuLimit, memory: memoryLimit },
});

/** The guide's production size for whatever holds or queries telemetry. */
const full = resources("1", "2Gi", "4", "8Gi");
const medium = resources("250m", "512Mi", "2", "2Gi");
const light = resources("100m", "128Mi", "1", "512Mi");
const laptop = resources("50m", "128Mi", "1", "768Mi");
const tiny = resources("10m", "32Mi", "500m", "256Mi");

/** Every workload of the stack, for a laptop's cluster. */
const small = {
  alertmanager: { replicas: 1, resources: tiny, volumeGiB: 1 },
  certManager: { replicas: 1, resources: tiny },
  cloudNativePg: { replicas: 1, resources: tiny },
  collector: { replicas: 1, resources: laptop, volumeGiB: 1 },
  database: { replicas: 1, resources: laptop, volumeGiB: 2 },
  databaseBackup: { replicas: 1, resources: laptop },
  exporter: { replicas: 1, resources: tiny },
  gateway: { replicas: 1, resources: tiny },
  grafana: { replicas: 1, resources: laptop },
  loki: { replicas: 1, resources: laptop, volumeGiB: 5 },
  longTermPrometheus: { replicas: 1, resources: laptop, volumeGiB: 2 },
  prometheus: { replicas: 1, resources: laptop, volumeGiB: 5 },
  prometheusOperator: { replicas: 1, resources: tiny },
  promLabelProxy: { replicas: 1, resources: tiny },
  redis: { replicas: 1, resources: tiny },
  sidecar: { replicas: 1, resources: tiny },
  tempo: { replicas: 1, resources: laptop, volumeGiB: 5 },
  tempoStateless: { replicas: 1, resources: laptop },
} as const satisfies Record<string, Size>;

export type Workload = keyof typeof small;
export type Sizes = Readonly<Record<Workload, Size>>;

const standard: Sizes = {
  alertmanager: { replicas: 3, resources: light, volumeGiB: 10 },
  certManager: { replicas: 2, resources: light },
  cloudNativePg: { replicas: 2, resources: light },
  collector: { replicas: 3, resources: full, volumeGiB: 20 },
  database: { replicas: 3, resources: medium, volumeGiB: 20 },
  databaseBackup: { replicas: 3, resources: light },
  exporter: { replicas: 1, resources: light },
  gateway: { replicas: 3, resources: medium },
  grafana: { replicas: 3, resources: medium },
  loki: { replicas: 3, resources: full, volumeGiB: 100 },
  longTermPrometheus: { replicas: 2, resources: medium, volumeGiB: 50 },
  prometheus: { replicas: 2, resources: full, volumeGiB: 100 },
  prometheusOperator: { replicas: 1, resources: light },
  promLabelProxy: { replicas: 2, resources: light },
  redis: { replicas: 3, resources: light, volumeGiB: 1 },
  sidecar: { replicas: 1, resources: tiny },
  tempo: { replicas: 3, resources: full, volumeGiB: 100 },
  tempoStateless: { replicas: 2, resources: medium },
};

const sizes: Record<StackConfig["size"], Sizes> = { small, standard };

/** The replicas, resources and volumes of every workload. */
export const sizesOf = ({ size }: Pick<StackConfig, "size">): Sizes => sizes[size];
