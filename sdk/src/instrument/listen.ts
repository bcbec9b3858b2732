import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { harmless } from "./harmless.ts";
import type { Undo } from "./wrap.ts";

type Listener = (message: unknown) => void;

/** Listens to channels of `node:diagnostics_channel`. What a listener throws would end the process: it is said once instead. */
export function listen<Name extends string>(
  channels: Readonly<Record<Name, string>>,
  listeners: Readonly<Record<Name, Listener>>,
): Undo {
  const names = Object.keys(channels) as Name[];
  const subscribed = names.map((name): [channel: string, listener: Listener] => [
    channels[name],
    (message) => harmless(listeners[name], message),
  ]);
  for (const [channel, listener] of subscribed) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of subscribed) unsubscribe(channel, listener);
  };
}
