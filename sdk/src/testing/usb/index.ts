/** Fake USB devices in the shapes of usb 2.x and 3.x, for tests. */
export {
  type FakeAnswer,
  type FakeCall,
  type FakeDeviceOptions,
  type FakeEndpoint,
  type FakeFault,
  FakeHardware,
  type FakeTransfer,
  USBFault,
} from "./device.ts";
export {
  FakeLibUSBException,
  FakeUSB2,
  FakeUSB2Device,
  FakeUSB2Endpoint,
  FakeUSB2InEndpoint,
  FakeUSB2Interface,
  FakeUSB2OutEndpoint,
  FakeUSB2Transfer,
} from "./usb2.ts";
export { FakeConnectionEvent, type FakeDeviceFilter, FakeUSB3, FakeUSB3Device } from "./usb3.ts";
