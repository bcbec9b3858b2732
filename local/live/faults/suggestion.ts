/** Whose fault shows a newcomer most, of a stack's tenants: a premium one's, for it is told to premium support too. */
export const suggestedTenant = (tenants: readonly { id: string; tier: string }[]): string =>
  (tenants.find(({ tier }) => tier === "premium") ?? tenants[0])?.id ?? "";
