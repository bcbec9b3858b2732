import Mocha from "mocha";

/** Mocha's usual report with the counts alone on its closing line. */
export class TallyReporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes = 0, failures = 0 } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed\n`);
  }
}
