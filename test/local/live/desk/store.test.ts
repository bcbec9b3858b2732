import assert from "node:assert/strict";
import { appendFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Notification, Role } from "../../../../local/live/desk/notifications/notification.ts";
import { NotificationStore } from "../../../../local/live/desk/notifications/store.ts";
import { temporaryFolder } from "../../../support/program.ts";

const notification = (receivedAt: number, role: Role = "default", text = ""): Notification => ({
  receivedAt,
  role,
  channel: "webhook",
  status: "firing",
  alerts: [],
  text,
});
const times = (store: NotificationStore, since?: number) =>
  store.since(since).map(({ receivedAt }) => receivedAt);

describe("the store of notifications", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, "desk/notifications.jsonl");
  });
  afterEach(() => folder.remove());

  it("gives the newest first, or those after a time", () => {
    const store = new NotificationStore(path);
    for (const time of [1, 2, 3]) store.add(notification(time));
    assert.deepEqual(times(store), [3, 2, 1]);
    assert.deepEqual(times(store, 1), [3, 2]);
  });

  it("keeps them over a restart, even one in the middle of a line", () => {
    const store = new NotificationStore(path);
    for (const time of [1, 2]) store.add(notification(time));
    appendFileSync(path, '{"receivedAt":3,"ro');
    const later = new NotificationStore(path);
    assert.deepEqual(later.since(), store.since());
    later.add(notification(4));
    assert.deepEqual(times(new NotificationStore(path)), [4, 2, 1]);
  });

  it("keeps no more than it should, in number and in bytes, in memory and on disk", () => {
    const bounds = { notifications: 5, bytes: 2000 };
    const store = new NotificationStore(path, bounds);
    for (let time = 1; time <= 500; time++) store.add(notification(time, "default", "x".repeat(time % 700)));
    assert.ok(times(store).length <= 5);
    assert.equal(times(store)[0], 500);
    assert.ok(statSync(path).size < 80_000, `${statSync(path).size} bytes`);
    assert.ok(times(new NotificationStore(path, bounds)).length <= 5);
    assert.ok(readFileSync(path).length <= bounds.bytes);
  });

  it("keeps of the dead man's switch the last call alone, so that it pushes nothing out", () => {
    const store = new NotificationStore(path, { notifications: 3, bytes: 1e6 });
    store.add(notification(1, "critical"));
    for (let time = 2; time < 50; time++) store.add(notification(time, "dead-mans-switch"));
    assert.deepEqual(times(store), [49, 1]);
    assert.deepEqual(times(new NotificationStore(path)), [49, 1]);
  });

  it("is for its owner alone", () => {
    new NotificationStore(path);
    assert.equal(statSync(path).mode & 0o077, 0);
  });
});
