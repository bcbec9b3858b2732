/** A block of nginx's configuration, line by line. */
export function block(head: string, ...body: string[]): string[] {
  return [`${head} {`, ...body.map((line) => `  ${line}`), "}"];
}

export const lines = (text: readonly string[]) => `${text.join("\n")}\n`;

/** Text as one word of nginx's configuration. It must hold no `$`. */
export const quoted = (text: string) => `'${text.replaceAll("'", String.raw`\'`)}'`;
