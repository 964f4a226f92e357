/** Whether this run takes the time to try everything, as `./ligature test --long` does, and not a sample. */
export const isLongRun = process.env['LIGATURE_TEST_LONG'] === '1'
