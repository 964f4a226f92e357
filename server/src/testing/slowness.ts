/**
 * How many times as long (or as much) as on an ordinary machine a measured test may take here:
 * `LIGATURE_TEST_SLOWNESS`, 1 when not set.
 */
export const slowness = Number(process.env['LIGATURE_TEST_SLOWNESS'] ?? '1')
