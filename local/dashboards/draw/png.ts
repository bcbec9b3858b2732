import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { font } from "./svg.ts";

const { resolve } = createRequire(import.meta.url);
let initialized: Promise<void> | undefined;

/** An SVG as PNG. */
export async function png(svg: string): Promise<Uint8Array> {
  initialized ??= initWasm(readFileSync(resolve("@resvg/resvg-wasm/index_bg.wasm")));
  await initialized;
  const fonts = ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
    readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)),
  );
  const options = { font: { fontBuffers: fonts, defaultFontFamily: font, sansSerifFamily: font } };
  return new Resvg(svg, options).render().asPng();
}
