/** Marks what is wrapped for USB. */
export const usbKind = Symbol("autoweave.usb");
