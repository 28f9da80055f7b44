import assert from "node:assert/strict";
import { test } from "node:test";
import { encodedAddress } from "../../../../src/core/text/encoded-address.ts";

test("[AUTH-7] an opener's argument: all but unreserved characters, %XX and :/?#[]@&=+, is percent-encoded", () => {
  for (const [text, expected] of [
    ["https://a.example/x?a=1&b=2,3+4&c[]=5#f@g:h", undefined],
    ["https://a.example/-._~?%20%7e%7E%C3%A4", undefined],
    ["https://[2001:db8::1]:8443/x", undefined],
    ["https://a.example/?x=$(touch%20y)", "https://a.example/?x=%24%28touch%20y%29"],
    ["https://a.example/?x='y'", "https://a.example/?x=%27y%27"],
    ["https://a.example/a'b", "https://a.example/a%27b"],
    ["https://a.example/?x=1;calc", "https://a.example/?x=1%3Bcalc"],
    ["https://a.example/?x=1|calc^y", "https://a.example/?x=1%7Ccalc%5Ey"],
    ["https://a.example/?x=`id`", "https://a.example/?x=%60id%60"],
    ["https://a.example/?x=${HOME}", "https://a.example/?x=%24%7BHOME%7D"],
    ["https://a.example/?x=!y*z", "https://a.example/?x=%21y%2Az"],
    ["https://a.example/?100%", "https://a.example/?100%25"],
    ["https://a.example/?%PATH%", "https://a.example/?%25PATH%25"],
    ["https://a.example/?%2", "https://a.example/?%252"],
    ["https://a.example/?%%41", "https://a.example/?%25%41"],
    ['https://a.example/?x=a b"<>', "https://a.example/?x=a%20b%22%3C%3E"],
    ["https://a.example/?x=ä\u212aſ€😀", "https://a.example/?x=%C3%A4%E2%84%AA%C5%BF%E2%82%AC%F0%9F%98%80"],
    ["https://a.example/#$(x)`y`", "https://a.example/#%24%28x%29%60y%60"],
    ["https://a$(x).example/", "https://a%24%28x%29.example/"],
    ["https://a.example/\\x\ty\nz", "https://a.example//xyz"],
  ] as const) {
    const address = encodedAddress(new URL(text));
    assert.equal(address, expected ?? text);
    assert.match(address, /^(?:[A-Za-z0-9\-._~:/?#[\]@&=+,]|%[0-9A-Fa-f]{2})*$/);
    // The same place still, and what was encoded once is not encoded again.
    assert.equal(
      encodedAddress(new URL(address)).replace(/^https:\/\/[^/]+/, ""),
      address.replace(/^https:\/\/[^/]+/, ""),
    );
    const query = (href: string) => [...new URL(href).searchParams];
    assert.deepEqual(query(address), query(text));
  }
});
