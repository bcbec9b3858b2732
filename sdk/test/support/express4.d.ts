/** The same types serve for what the tests use of express 4. */
declare module "express4" {
  export { default } from "express";
}
