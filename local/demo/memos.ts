/** What the hub has the worker remember. */
export interface Memo {
  readonly tenantId: string;
  readonly text: string;
}

/** The queue between them. */
export const memoQueue = "memos";
