/** A key of a Secret in the stack's namespace. What workloads get instead of the secret itself. */
export interface SecretRef {
  secret: string;
  key: string;
}
