"""Tells the programs of an umockdev testbed that its device has come or gone: uevent.py TESTBED add|remove.

They listen for datagrams of udev's monitor in the place of the kernel's netlink socket.
Source: systemd, src/libsystemd/sd-device/device-monitor.c (monitor_netlink_header); umockdev, src/uevent_sender.c.
"""

import glob
import socket
import struct
import sys


def murmur_hash2(key: bytes) -> int:
    """The hash by which udev's monitor filters. Source: MurmurHash2 by Austin Appleby, seed 0."""
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    result = len(key)
    whole = len(key) - len(key) % 4
    for (word,) in struct.iter_unpack("<I", key[:whole]):
        word = word * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        result = (result * multiplier & mask) ^ word
    if rest := key[whole:]:
        result = (result ^ int.from_bytes(rest, "little")) * multiplier & mask
    result = (result ^ result >> 13) * multiplier & mask
    return result ^ result >> 15


testbed, action = sys.argv[1:]
properties = {
    "ACTION": action,
    "DEVPATH": "/devices/pci0000:00/0000:00:14.0/usb1/1-1",
    "SUBSYSTEM": "usb",
    "DEVTYPE": "usb_device",
    "DEVNAME": "/dev/bus/usb/001/002",
    "BUSNUM": "001",
    "DEVNUM": "002",
    "SEQNUM": "1",
}
payload = b"".join(f"{name}={value}\0".encode() for name, value in properties.items())
header_size = 40
header = struct.pack("=8s", b"libudev")
header += struct.pack(">I", 0xFEEDCAFE)
header += struct.pack("=III", header_size, header_size, len(payload))
header += struct.pack(">II", murmur_hash2(b"usb"), murmur_hash2(b"usb_device"))
header += struct.pack("=II", 0, 0)

for listener in glob.glob(f"{testbed}/event[0-9]*"):
    with socket.socket(socket.AF_UNIX, socket.SOCK_RAW) as sender:
        sender.connect(listener)
        sender.send(header + payload)
