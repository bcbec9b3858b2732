/** A USB device for umockdev. Source: umockdev's README, "Device descriptions" and "ioctl record files". */

const deviceDescriptor = [18, 1, 0, 2, 0, 0, 0, 64, 0x34, 0x12, 0x78, 0x56, 0, 1, 0, 0, 0, 1];
const bulkIn = [7, 5, 0x81, 2, 64, 0, 0];
const bulkOut = [7, 5, 0x02, 2, 64, 0, 0];
const vendorInterface = [9, 4, 0, 0, 2, 0xff, 0, 0, 0, ...bulkIn, ...bulkOut];
const configuration = [9, 2, 9 + vendorInterface.length, 0, 1, 1, 0, 0x80, 50, ...vendorInterface];
const descriptors = Buffer.from([...deviceDescriptor, ...configuration])
  .toString("hex")
  .toUpperCase();

/** Where the kernel would show it. */
export const mockDevicePath = "/dev/bus/usb/001/002";

/** The device 1234:5678, with a bulk endpoint in each direction. */
export const mockDevice = `P: /devices/pci0000:00/0000:00:14.0/usb1/1-1
N: bus/usb/001/002=${descriptors}
E: BUSNUM=001
E: DEVNAME=${mockDevicePath}
E: DEVNUM=002
E: DEVTYPE=usb_device
E: DRIVER=usb
E: MAJOR=189
E: MINOR=1
E: PRODUCT=1234/5678/100
E: SUBSYSTEM=usb
E: TYPE=0/0/0
A: bConfigurationValue=1
A: bDeviceClass=00
A: bDeviceProtocol=00
A: bDeviceSubClass=00
A: bNumConfigurations=1
A: bNumInterfaces= 1
A: bcdDevice=0100
A: busnum=1
A: dev=189:1
A: devnum=2
A: devpath=1
H: descriptors=${descriptors}
A: idProduct=5678
A: idVendor=1234
A: speed=480
A: version= 2.00
`;

/** What it does: sends four bytes, and takes three. (A transfer that waits cannot be cancelled here: no polling.) */
export const mockTransfers = `@DEV ${mockDevicePath}
USBDEVFS_REAPURBNDELAY 0 3 129 0 0 64 4 0 01020304
USBDEVFS_REAPURBNDELAY 0 3 2 0 0 3 3 0 AABBCC
`;
