import js from "@eslint/js";
import tseslint from "typescript-eslint";

const nodeGlobals = Object.fromEntries(
  [
    "clearInterval",
    "console",
    "fetch",
    "global",
    "performance",
    "process",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "URL",
  ].map((name) => [name, "readonly"]),
);

export default tseslint.config(
  { ignores: ["sdk/dist/"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // Registering a resource or a component is a statement in Pulumi: the constructor is the effect.
      "@typescript-eslint/no-extraneous-class": "off",
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: nodeGlobals },
  },
  {
    // Apps as CommonJS, which every distribution can instrument without further flags.
    files: ["**/apps/*.cjs"],
    languageOptions: { sourceType: "commonjs", globals: nodeGlobals },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
