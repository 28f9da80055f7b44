/**
 * For the `skip` option of a test that needs a part this computer may lack. Says why it skips; where every part
 * must be there (`REQUIRE_ALL_PARTS=1`) it does not skip, and the test fails.
 */
export function unless(there: boolean, missing: string): string | false {
  return there || process.env.REQUIRE_ALL_PARTS === "1" ? false : `needs ${missing}`;
}
