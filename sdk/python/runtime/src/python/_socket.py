"""Sockets as a function has them: there to be imported, since asyncio and others do so, and refusing every address."""

import errno

AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6 = 0, 1, 2, 10
SOCK_STREAM, SOCK_DGRAM, SOCK_RAW = 1, 2, 3
SOL_SOCKET, SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_KEEPALIVE, SO_BROADCAST, SO_REUSEPORT = 1, 2, 3, 4, 9, 6, 15
SHUT_RD, SHUT_WR, SHUT_RDWR = 0, 1, 2
IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6 = 0, 6, 17, 41
TCP_NODELAY, IPV6_V6ONLY, SOMAXCONN = 1, 26, 128
AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_ADDRCONFIG = 1, 2, 4, 32
NI_NUMERICHOST, NI_NUMERICSERV = 1, 2
EAI_NONAME, EAI_FAMILY = -2, -6
MSG_PEEK = 2
INADDR_ANY, INADDR_LOOPBACK = 0, 0x7F000001
has_ipv6 = False

error = OSError
timeout = TimeoutError


class herror(OSError):
    pass


class gaierror(OSError):
    pass


def _refuse(*args, **kwargs):
    raise PermissionError(errno.EACCES, "a function has no network")


class socket:
    __init__ = _refuse

    def close(self):
        pass

    def fileno(self):
        return -1

    def detach(self):
        return -1


SocketType = socket
close = create_server = dup = getnameinfo = gethostbyaddr = gethostbyname = gethostbyname_ex = _refuse
getaddrinfo = getprotobyname = getservbyname = getservbyport = if_nameindex = socketpair = _refuse


def gethostname():
    return "localhost"


def getdefaulttimeout():
    return None


def setdefaulttimeout(seconds):
    pass


def htons(number):
    return (number & 0xFF) << 8 | number >> 8 & 0xFF


def htonl(number):
    return int.from_bytes(number.to_bytes(4, "big"), "little")


ntohs, ntohl = htons, htonl


def inet_aton(text):
    parts = [int(part) for part in text.split(".")]
    if len(parts) != 4 or any(not 0 <= part < 256 for part in parts):
        raise OSError("illegal IP address string passed to inet_aton")
    return bytes(parts)


def inet_ntoa(packed):
    return ".".join(str(byte) for byte in packed)
