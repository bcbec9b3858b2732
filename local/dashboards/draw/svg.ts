/** A text for SVG and HTML. */
export const escaped = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
  );

interface TextOptions {
  size?: number;
  color: string;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
}

export const font = "DejaVu Sans";

export const text = (
  content: string,
  x: number,
  y: number,
  { size = 12, color, anchor = "start", bold }: TextOptions,
) =>
  `<text x="${x}" y="${y}" font-family="${font}" font-size="${size}" fill="${color}" text-anchor="${anchor}"${bold ? ' font-weight="bold"' : ""}>${escaped(content)}</text>`;

export const box = (x: number, y: number, width: number, height: number, fill: string, more = "") =>
  `<rect x="${x}" y="${y}" width="${Math.max(0, width)}" height="${height}" fill="${fill}" ${more}/>`;

/** Shortened to about a width in pixels. */
export const fitting = (content: string, width: number, size = 12): string => {
  const most = Math.floor(width / (size * 0.6));
  return content.length <= most ? content : `${content.slice(0, Math.max(0, most - 1))}…`;
};
