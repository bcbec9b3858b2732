import { getLogger } from "@autoweave/observability";
import {
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from "graphql";
import type { Plugin, PluginLoader } from "./plugin-loader.ts";
import { type Device, DeviceGone, type USBDaemon } from "./usb-daemon.ts";

/** What the resolvers work with: all of it one tenant's. */
export interface Context {
  readonly tenantId: string;
  readonly daemon: USBDaemon;
  readonly plugins: PluginLoader;
}

const log = getLogger().child({ component: "graphql" });

const required = (type: typeof GraphQLString) => new GraphQLNonNull(type);

const plugin = new GraphQLObjectType<Plugin, Context>({
  name: "Plugin",
  fields: { name: { type: required(GraphQLID) }, version: { type: required(GraphQLString) } },
});

const device = new GraphQLObjectType<Device, Context>({
  name: "Device",
  fields: {
    id: { type: required(GraphQLID) },
    plugin: { type: plugin, resolve: (device, _, { plugins }) => plugins.driverOf(device) },
  },
});

const query = new GraphQLObjectType<unknown, Context>({
  name: "Query",
  fields: {
    devices: {
      type: new GraphQLNonNull(new GraphQLList(device)),
      resolve: (_, __, { tenantId, daemon }) => devicesOf(tenantId, daemon),
    },
    plugins: {
      type: new GraphQLNonNull(new GraphQLList(plugin)),
      resolve: (_, __, { plugins }) => plugins.list(),
    },
  },
});

const mutation = new GraphQLObjectType<unknown, Context>({
  name: "Mutation",
  fields: {
    restartDevice: {
      type: device,
      args: { id: { type: required(GraphQLID) } },
      resolve: async (_, { id }: { id: string }, { tenantId, daemon }) => {
        const device = devicesOf(tenantId, daemon).find((one) => one.id === id);
        if (!device) throw new DeviceGone(id);
        await daemon.restart(device);
        return device;
      },
    },
    reloadPlugin: {
      type: plugin,
      args: { name: { type: required(GraphQLID) } },
      resolve: async (_, { name }: { name: string }, { plugins }) => {
        const reloaded = await plugins.reload(name);
        log.audit("plugin reloaded", { plugin: name, version: reloaded.version });
        return reloaded;
      },
    },
  },
});

export const schema = new GraphQLSchema({ query, mutation });

/** Those that plugins may use. */
export const devicesOf = (tenantId: string, daemon: USBDaemon): Device[] =>
  daemon.getDevices().filter((device) => device.tenantId === tenantId);
