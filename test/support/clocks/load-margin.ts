/**
 * What a promise in seconds of real time gets on top in a test, because the machine runs other tests meanwhile. A test
 * adds it to the number that is promised, so that the number stands in the test.
 */
export const LOAD_MARGIN_MS = 500;
