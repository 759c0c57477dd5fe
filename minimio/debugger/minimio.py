"""Shows what minimio and the kernels have, by the names of their flags.

The compiler puts this file into each program that links minimio, where gdb
finds it by itself (the book's appendix "Stepping" tells how to let it). lldb has
to be told:

    (lldb) command script import minimio/debugger/minimio.py

`epoll_event`, `kevent` and the like are shown in any crate, so that programs
with declarations of their own are served too.
"""

EPOLL = [
    (0x1, "EPOLLIN"),
    (0x2, "EPOLLPRI"),
    (0x4, "EPOLLOUT"),
    (0x8, "EPOLLERR"),
    (0x10, "EPOLLHUP"),
    (0x40, "EPOLLRDNORM"),
    (0x80, "EPOLLRDBAND"),
    (0x100, "EPOLLWRNORM"),
    (0x200, "EPOLLWRBAND"),
    (0x400, "EPOLLMSG"),
    (0x2000, "EPOLLRDHUP"),
    (1 << 28, "EPOLLEXCLUSIVE"),
    (1 << 29, "EPOLLWAKEUP"),
    (1 << 30, "EPOLLONESHOT"),
    (1 << 31, "EPOLLET"),
]

EV = [
    (0x1, "EV_ADD"),
    (0x2, "EV_DELETE"),
    (0x4, "EV_ENABLE"),
    (0x8, "EV_DISABLE"),
    (0x10, "EV_ONESHOT"),
    (0x20, "EV_CLEAR"),
    (0x40, "EV_RECEIPT"),
    (0x80, "EV_DISPATCH"),
    (0x4000, "EV_ERROR"),
    (0x8000, "EV_EOF"),
]

# NetBSD counts them upwards from 0. That of EVFILT_USER is FreeBSD's and
# libkqueue's, or macOS's.
EVFILT = {
    -1: "EVFILT_READ",
    -2: "EVFILT_WRITE",
    -6: "EVFILT_SIGNAL",
    -7: "EVFILT_TIMER",
    -10: "EVFILT_USER",
    -11: "EVFILT_USER",
    0: "EVFILT_READ",
    1: "EVFILT_WRITE",
}

AFD = [
    (0x1, "AFD_POLL_RECEIVE"),
    (0x2, "AFD_POLL_RECEIVE_EXPEDITED"),
    (0x4, "AFD_POLL_SEND"),
    (0x8, "AFD_POLL_DISCONNECT"),
    (0x10, "AFD_POLL_ABORT"),
    (0x20, "AFD_POLL_LOCAL_CLOSE"),
    (0x80, "AFD_POLL_ACCEPT"),
    (0x100, "AFD_POLL_CONNECT_FAIL"),
]

STATUS = {
    0: "STATUS_SUCCESS",
    0x102: "STATUS_TIMEOUT",
    0x103: "STATUS_PENDING",
    0xC0000008: "STATUS_INVALID_HANDLE",
    0xC000000D: "STATUS_INVALID_PARAMETER",
    0xC0000120: "STATUS_CANCELLED",
    0xC000020C: "STATUS_CONNECTION_DISCONNECTED",
    0xC000020D: "STATUS_CONNECTION_RESET",
    0xC0000236: "STATUS_CONNECTION_REFUSED",
    0xC0000241: "STATUS_CONNECTION_ABORTED",
}

INTEREST = [(0b01, "READABLE"), (0b10, "WRITABLE")]


def names(known, number):
    """`EPOLLIN | EPOLLET`; what has no name stays a number."""
    shown = [name for flag, name in known if number & flag]
    rest = number & ~sum(flag for flag, _ in known)
    if rest or not shown:
        shown.append(hex(rest) if rest else "0")
    return " | ".join(shown)


def epoll(number):
    return names(EPOLL, number & 0xFFFFFFFF)


def ev(number):
    return names(EV, number)


def evfilt(number):
    return EVFILT.get(number, str(number))


def afd(number):
    return names(AFD, number)


def ntstatus(number):
    number &= 0xFFFFFFFF
    return STATUS.get(number, hex(number))


# By the last part of a type's path: the fields that are shown by name.
KEVENT = {"filter": evfilt, "flags": ev, "fflags": hex}
STRUCTS = {
    "epoll_event": {"events": epoll},
    "kevent": KEVENT,
    "Kevent": KEVENT,
    "AFD_POLL_HANDLE_INFO": {"Handle": hex, "Events": afd, "Status": ntstatus},
    "IO_STATUS_BLOCK": {"Status": ntstatus},
    "OVERLAPPED": {"internal": ntstatus, "Internal": ntstatus},
}
# The crate's own, by their whole path.
OURS = {
    "minimio::token::Token": lambda fields: "Token(%d)" % fields["__0"],
    "minimio::interest::Interest": lambda fields: names(INTEREST, fields["__0"]),
    "minimio::event::Event": lambda fields: event(fields["inner"]),
    "minimio::sys::windows::event::Event": lambda fields: event(fields),
}


def is_shown(path):
    return path in OURS or path.rsplit("::", 1)[-1] in STRUCTS


def show(path, fields):
    """The text for a struct. Its fields are numbers, texts (a pointer), or the
    fields of another struct."""
    if path in OURS:
        return OURS[path](fields)
    name = path.rsplit("::", 1)[-1]
    shown = []
    for field, value in fields.items():
        named = STRUCTS[name].get(field, str)
        shown.append("%s: %s" % (field, named(value)))
    return "%s {%s}" % (name, ", ".join(shown))


def event(fields):
    """As the event's `Debug` shows it, whichever kernel it is from."""
    if "events" in fields:
        token, rest = fields["data"], "flags: " + epoll(fields["events"])
    elif "filter" in fields:
        token = fields["udata"]
        rest = "filter: %s, flags: %s, fflags: %d, data: %d" % (
            evfilt(fields["filter"]),
            ev(fields["flags"]),
            fields["fflags"],
            fields["data"],
        )
    else:
        token, rest = fields["token"]["__0"], "flags: " + afd(fields["set"])
    return "Event {token: Token(%d), %s}" % (token, rest)


try:
    import gdb
    import gdb.printing
except ImportError:
    gdb = None

if gdb:

    def fields_of(value):
        fields = {}
        for field in value.type.fields():
            inner = value[field]
            code = inner.type.strip_typedefs().code
            if code == gdb.TYPE_CODE_STRUCT:
                fields[field.name] = fields_of(inner)
            elif code == gdb.TYPE_CODE_INT:
                fields[field.name] = int(inner)
            else:
                fields[field.name] = inner.format_string()
        return fields

    class Printer:
        def __init__(self, value):
            self.value = value

        def to_string(self):
            path = self.value.type.strip_typedefs().name
            return show(path, fields_of(self.value))

    class EventsPrinter:
        def __init__(self, value):
            self.vec = value["inner"]

        def to_string(self):
            event = self.vec.type.template_argument(0)
            first = self.vec["buf"]["inner"]["ptr"]["pointer"]["pointer"]
            first = first.cast(event.pointer())
            length = int(self.vec["len"])
            events = [first[i].format_string() for i in range(length)]
            return "Events [%s]" % ", ".join(events)

    class Printers(gdb.printing.PrettyPrinter):
        def __call__(self, value):
            type = value.type.strip_typedefs()
            if type.code != gdb.TYPE_CODE_STRUCT:
                return None
            if type.name == "minimio::event::Events":
                return EventsPrinter(value)
            return Printer(value) if is_shown(type.name or "") else None

    class Names(gdb.Command):
        """Name the bits of a number that comes from elsewhere.

        `epoll 0x19` prints them. A function, `$epoll`, would not do: gdb puts
        its text into the memory of the program, and lets that run meanwhile.
        """

        def __init__(self, function):
            self.function = function
            super().__init__(function.__name__, gdb.COMMAND_DATA)

        def invoke(self, argument, from_tty):
            print(self.function(int(gdb.parse_and_eval(argument))))

    for function in (epoll, ev, afd, ntstatus):
        Names(function)
    gdb.printing.register_pretty_printer(
        gdb.current_objfile(), Printers("minimio"), replace=True
    )


def lldb_fields(value):
    import lldb

    fields = {}
    for index in range(value.GetNumChildren()):
        inner = value.GetChildAtIndex(index)
        kind = inner.GetType().GetCanonicalType()
        if kind.GetTypeClass() == lldb.eTypeClassStruct:
            fields[inner.GetName()] = lldb_fields(inner)
        elif kind.IsPointerType():
            fields[inner.GetName()] = hex(inner.GetValueAsUnsigned())
        elif kind.GetTypeFlags() & lldb.eTypeIsSigned:
            fields[inner.GetName()] = inner.GetValueAsSigned()
        else:
            fields[inner.GetName()] = inner.GetValueAsUnsigned()
    return fields


def lldb_summary(value, _):
    value = value.GetNonSyntheticValue()
    return show(value.GetType().GetCanonicalType().GetName(), lldb_fields(value))


def __lldb_init_module(debugger, _):
    ours = "|".join(OURS)
    structs = "|".join(STRUCTS)
    debugger.HandleCommand(
        "type summary add --skip-pointers -x '^(%s|(.*::)?(%s))$' "
        "-F %s.lldb_summary" % (ours, structs, __name__)
    )
