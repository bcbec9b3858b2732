/** `longTermPrometheus` → `long-term-prometheus`: a key of ours as a name that Kubernetes and S3 take. */
export const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
