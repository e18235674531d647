# Opens a TCP connection with packets of its own (AF_PACKET), which never pass netfilter: packet.py INTERFACE SOURCE DESTINATION MAC.
# Prints "answered" if the destination accepts the connection.
import socket
import struct
import sys
import time

interface, source, destination, mac = sys.argv[1:]
PORT = 45678


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
packet.bind((interface, 0))
own = packet.getsockname()[4]
addresses = socket.inet_aton(source) + socket.inet_aton(destination)


def tcp(sum_):
    return struct.pack("!HHIIBBHHH", PORT, 80, 1000, 0, 5 << 4, 2, 64240, sum_, 0)


segment = tcp(checksum(addresses + struct.pack("!BBH", 0, 6, 20) + tcp(0)))


def ip(sum_):
    return struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 6, sum_) + addresses


packet.send(bytes.fromhex(mac.replace(":", "")) + own + b"\x08\x00" + ip(checksum(ip(0))) + segment)
packet.settimeout(0.2)
end = time.monotonic() + 10
while time.monotonic() < end:
    try:
        frame = packet.recv(2048)
    except TimeoutError:
        continue
    if frame[26:34] == addresses[4:] + addresses[:4] and frame[34:38] == struct.pack("!HH", 80, PORT) and frame[47] & 0x12 == 0x12:
        print("answered")
        sys.exit(0)
print("silence")
sys.exit(1)
