// What only one side says, and the other hears in its own words: changes, questions, and what a remote says of itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HostListens } from "../../../../src/bridge/era/host-listens.ts";
import { inputRequired, inputResponses } from "../../../../src/bridge/era/input-requests.ts";
import { givenAnswers, inputRequiredResult, questionOf } from "../../../../src/bridge/era/input-required.ts";
import { discoverResult } from "../../../../src/bridge/era/to-legacy.ts";
import { initializeResult, legacyNotification } from "../../../../src/bridge/era/to-modern.ts";
import type { NotificationMessage, ResponseMessage } from "../../../../src/core/mcp/message.ts";
import { messageOf, requestOf } from "../../../support/eras/dialogue-scene.ts";
import {
  forAny,
  type Members,
  memberOf,
  oddMembers,
  oddMeta,
  oddText,
  shuffled,
  withMeta,
  written,
} from "../../../support/eras/odd-json.ts";
import { META } from "../../../support/remotes/modern-server.ts";

const IDS = ["1", "1.0", "-0", "12345678901234567890", '"a"', '"\\u00e9\\/"', '""'];
const OTHER_ID = requestOf('{"jsonrpc":"2.0","id":"own-1","method":"x"}').id;
const text = ({ bytes }: { bytes: Buffer }): string => bytes.toString("utf8");
test("[ERA-7] a change that a listen tells of comes back as the session's stream would have it", (t) => {
  forAny(t, (random) => {
    const listens = new HostListens();
    const id = random.one(IDS);
    const notifications = `{"toolsListChanged":true,"resourceSubscriptions":["a:\\u002f"]}`;
    const listen = requestOf(
      `{"jsonrpc":"2.0","id":${id},"method":"subscriptions/listen","params":{"notifications":${notifications}}}`,
    );
    listens.open(listen, { tools: { listChanged: true }, resources: { subscribe: true } });
    const isUpdate = random.chance(0.5);
    const uri: Members = isUpdate ? [['"uri"', '"\\u0061:/"']] : [];
    const params = withMeta(random, [...uri, ...oddMembers(random)], oddMeta(random));
    const method = isUpdate ? "notifications/resources/updated" : "notifications/tools/list_changed";
    const given = written([
      ['"jsonrpc"', '"2.0"'],
      ['"method"', JSON.stringify(method)],
      ...memberOf("params", params),
    ]);
    const said = listens.told(messageOf(given) as NotificationMessage);
    assert.equal(said?.length, 1);
    const [tagged] = said ?? [];
    assert.ok(tagged !== undefined && text(tagged).includes(`"${META}subscriptionId":${id}`));
    const back = legacyNotification(messageOf(text(tagged)) as NotificationMessage);
    assert.equal(back && text(back), given);
  });
});

test("[ERA-7] questions of a remote and the answers to them come back from the other era", (t) => {
  forAny(t, (random) => {
    const methods = ["sampling/createMessage", "elicitation/create", "roots/list"] as const;
    const asked = Array.from({ length: 1 + random.below(3) }, (_, at) => {
      const params = withMeta(random, oddMembers(random), oddMeta(random));
      const members = memberOf("params", params);
      const line = written([
        ['"jsonrpc"', '"2.0"'],
        ['"id"', String(at)],
        ['"method"', `"${random.one(methods)}"`],
        ...members,
      ]);
      return questionOf(requestOf(line), `k-${at}`);
    });
    const state = random.one(["a", "é\n", '"']);
    const round = inputRequired(inputRequiredResult(OTHER_ID, asked, state));
    assert.ok(round !== undefined && typeof round !== "string");
    assert.deepEqual(
      round.requests.map(({ key, method, params }) => [key, method, params.toString()]),
      asked.map(({ key, method, params }) => [key, method, params.toString()]),
    );
    assert.equal(JSON.parse(round.state?.toString() ?? ""), state);
    const answers = new Map(asked.map(({ key }) => [key, Buffer.from(written(oddMembers(random)))]));
    const params = `{"inputResponses":${inputResponses(answers).toString()}}`;
    const given = givenAnswers(
      requestOf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`),
    );
    for (const [key, answer] of answers) assert.equal(given.get(key)?.toString(), answer.toString());
  });
});

test("[ERA-7] what a remote says of itself comes back from the other era", (t) => {
  forAny(t, (random) => {
    const capabilities: Members = [['"tools"', '{ "listChanged":true}'], ...oddMembers(random)];
    const said: Members = shuffled(random, [
      ['"capabilities"', written(capabilities)],
      ['"instructions"', oddText(random)],
      ...oddMembers(random),
    ] as const);
    const version = ['"protocolVersion"', '"2025-11-25"'] as const;
    const info = ['"serverInfo"', written([['"name"', '"r"'], ...oddMembers(random)])] as const;
    const meta = memberOf("_meta", oddMeta(random));
    const head: Members = [
      ['"jsonrpc"', '"2.0"'],
      ['"id"', "1"],
    ];
    const given = written([...head, ['"result"', written([...said, ...meta, version, info])]]);
    const initialize = requestOf(
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}',
    );
    const there = discoverResult(messageOf(given) as ResponseMessage, OTHER_ID);
    assert.match(text(there), /"supportedVersions":\["2026-07-28"\]/);
    assert.equal(text(initializeResult(initialize, there, "remote.test")), given);
  });
});
