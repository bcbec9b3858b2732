import { Attendance } from "./attendance.ts";
import { deviceAt, type DeviceIdentity, identityOf, isKnown } from "./device.ts";

/** More devices than this are not known by their paths. */
const mostPaths = 10_000;

/** The devices that a daemon told of: its methods may be given a device or its path. */
export class SeenDevices {
  readonly #attendance = new Attendance();
  readonly #byPath = new Map<string, DeviceIdentity>();

  came(device: DeviceIdentity): void {
    this.#attendance.came(device);
    const { devicePath } = device;
    if (devicePath !== undefined && this.#byPath.size < mostPaths) this.#byPath.set(devicePath, device);
  }

  went(device: DeviceIdentity): void {
    this.#attendance.went(device);
    if (device.devicePath !== undefined) this.#byPath.delete(device.devicePath);
  }

  /** All devices that are there now. */
  only(devices: readonly DeviceIdentity[]): void {
    this.#attendance.only(devices);
    this.#byPath.clear();
    for (const device of devices) this.came(device);
  }

  leave(): void {
    this.#attendance.leave();
    this.#byPath.clear();
  }

  /** The device that an argument is, or is the path of; undefined when it is neither. */
  find(argument: unknown): DeviceIdentity | undefined {
    if (typeof argument === "string") {
      return this.#byPath.get(argument) ?? (argument.startsWith("/") ? deviceAt(argument) : undefined);
    }
    const device = identityOf(argument);
    return isKnown(device) ? device : undefined;
  }
}
