import type { Resources, Sizes } from "./sizes.ts";

const memoryUnits = { Mi: 1, Gi: 1024 } as const;

/** A quantity of CPU, e.g. `250m` or `4`, in thousandths of a core. */
export const milliCpu = (quantity: string): number =>
  quantity.endsWith("m") ? Number.parseInt(quantity, 10) : Number(quantity) * 1000;

/** A quantity of memory in Mi or Gi, e.g. `512Mi`, in MiB. */
export const mebibytes = (quantity: string): number =>
  Number.parseInt(quantity, 10) * memoryUnits[quantity.slice(-2) as keyof typeof memoryUnits];

type Share = keyof Resources;

/** What all replicas of all workloads ask for (`requests`) or may use (`limits`) together. */
export function totalOf(sizes: Sizes, share: Share) {
  const all = Object.values(sizes);
  const sum = (amount: (size: (typeof all)[number]) => number) =>
    all.reduce((total, size) => total + size.replicas * amount(size), 0);
  return {
    milliCpu: sum(({ resources }) => milliCpu(resources[share].cpu)),
    mebibytes: sum(({ resources }) => mebibytes(resources[share].memory)),
    volumesGiB: sum(({ volumeGiB = 0 }) => volumeGiB),
    replicas: sum(() => 1),
  };
}

/** The largest container of the table. */
export function largestOf(sizes: Sizes) {
  const limits = Object.values(sizes).map(({ resources }) => resources.limits);
  return {
    milliCpu: Math.max(...limits.map(({ cpu }) => milliCpu(cpu))),
    mebibytes: Math.max(...limits.map(({ memory }) => mebibytes(memory))),
  };
}
