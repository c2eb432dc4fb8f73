"""A message of our own for each section of RFC 4475 that shows one: what few expect, and what SIP forbids.

Each INVITE among them would be a call if it were let in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tests.contracts.sip import Sender

# More than 32 bits hold.
OVERLARGE = "9" * 30


def torture(sender: Sender) -> Iterator[bytes]:
    """One message of each section."""
    for section, write in SECTIONS.items():
        yield write(replace(sender, mark=f"{sender.mark}-{section.split()[0]}"))


def _short_and_tortuous(sender: Sender) -> bytes:
    """Folded lines, compact and oddly written names, comments in quotes, white space wherever it may be."""
    lines = (
        f"INVITE {sender.callee};unknownparam SIP/2.0",
        "TO :",
        f" {sender.callee} ;   unknown    =   value",
        f'from   : "A \\\\\\" stranger"   <sip:stranger@{sender.address}>',
        "  ;",
        f"  tag = {sender.mark}",
        "MaX-fOrWaRdS: 0068",
        f"i: {sender.mark}",
        f"l   : {len(sender.sound)}",
        "cseq: 0009",
        "  INVITE",
        f"Via  : SIP  /   2.0\r\n /UDP\r\n    {sender.address}:{sender.port} ; rport ;",
        f"  branch =    z9hG4bK{sender.mark}",
        "s :",
        "NewFangledHeader:   a new value",
        " that goes on on the next line",
        "OddHeader: ;;,,;;,;",
        "c: application/sdp",
        f'm: "Quoted \\"\\"" <sip:stranger@{sender.address}:{sender.port}> ; newparam =',
        "      newvalue ;",
        "  secondparam ; q = 0.33",
    )
    return "\r\n".join([*lines, "", sender.sound]).encode()


def _long_values(sender: Sender) -> bytes:
    vias = [f"Via: SIP/2.0/TCP host{place}.example;branch=z9hG4bK{place}" for place in range(30)]
    long = "long" * 60
    changed = {
        "From": f'"{long}" <sip:stranger@{sender.address};{long}={long}>;tag={sender.mark}{"1" * 200};{long}',
        "Call-ID": sender.mark + long,
        "Contact": f"<sip:{long}@{sender.address}:{sender.port};{long}>",
    }
    first = f"Via: {sender.via}"
    unknown = f"Unknown-{long}: {long}; {long}"
    return sender.message(changed={**changed, "Via": None}, more=[first, *vias, unknown])


def _several_parts(sender: Sender) -> bytes:
    parts = (
        f"--edge\r\nContent-Type: application/sdp\r\n\r\n{sender.sound}",
        "--edge\r\nContent-Type: application/octet-stream\r\n\r\n\x00\x01\x02\r\n--edge--\r\n",
    )
    return sender.message(changed={"Content-Type": "multipart/mixed;boundary=edge"}, body="\r\n".join(parts))


def _without_what_is_required(sender: Sender) -> bytes:
    return sender.message(changed=dict.fromkeys(("From", "To", "Call-ID", "CSeq")))


def _answer(sender: Sender, line: str, *, via: str = "", cseq: str = "1 INVITE") -> bytes:
    """An answer to a question that nobody asked."""
    return sender.message(changed={"Via": via or sender.via, "CSeq": cseq}, start=line)


def _twice(sender: Sender) -> bytes:
    """Two of each header of which there must be one."""
    others = (
        "Call-ID: another",
        "CSeq: 7 NOTIFY",
        "From: <sip:another@example>;tag=2",
        "To: <sip:another@example>",
    )
    return sender.message(more=(*others, "Max-Forwards: 5"))


def _registration(sender: Sender, contact: str) -> bytes:
    return sender.message("REGISTER", {"To": "<sip:stranger@127.0.0.1>", "Contact": contact}, uri="sip:127.0.0.1")


def _of_the_old_standard(sender: Sender) -> bytes:
    via = f"SIP/2.0/UDP {sender.address}:{sender.port}"
    changed = {"Via": via, "From": "<sip:old@example>", "Contact": None, "Max-Forwards": None}
    return sender.message(changed=changed)


# Some answers go nowhere, and so do those to messages that are no SIP at all.
SECTIONS: Mapping[str, Callable[[Sender], bytes]] = {
    "3.1.1.1 a short tortuous INVITE": _short_and_tortuous,
    "3.1.1.2 a wide range of valid characters": lambda s: s.message(
        "!interesting-Method0123456789_*+`.%indeed'~",
        uri="sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@127.0.0.1",
    ),
    "3.1.1.3 valid use of the percent sign": lambda s: s.message(
        uri=f"sip:{''.join(f'%{ord(c):x}' for c in s.number)}@127.0.0.1"
    ),
    "3.1.1.4 escaped nulls in addresses": lambda s: s.message(
        "REGISTER", {"To": "<sip:null-%00-null@127.0.0.1>", "From": f"<sip:null-%00-null@x>;tag={s.mark}"}
    ),
    "3.1.1.5 a percent sign that escapes nothing": lambda s: s.message("RE%47IST%45R"),
    "3.1.1.6 no space between a name and its address": lambda s: s.message(
        changed={"From": f"caller<sip:stranger@{s.address}>;tag={s.mark}"}
    ),
    "3.1.1.7 long values": _long_values,
    "3.1.1.8 extra octets after the message": lambda s: s.message("OPTIONS") + s.message() * 2,
    "3.1.1.9 parameters in the user part": lambda s: s.message(
        uri=f"sip:{s.number};par=u%40example.net@127.0.0.1"
    ),
    "3.1.1.10 unknown transports": lambda s: s.message(
        changed={"Via": f"{s.via}, SIP/2.0/UNKNOWN a.example;branch=z9hG4bK1, SIP/2.0/SCTP b.example"}
    ),
    "3.1.1.11 a body of several parts": _several_parts,
    "3.1.1.12 an unusual reason": lambda s: _answer(s, "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять"),
    "3.1.1.13 an empty reason": lambda s: _answer(s, "SIP/2.0 100 "),
    "3.1.2.1 separators too many": lambda s: s.message(
        changed={"Via": f"{s.via};;,;,,", "Contact": '"" <> ;,"Joe" <sip:joe@example.org>;;,;'}
    ),
    "3.1.2.2 a length beyond the message": lambda s: s.message(changed={"Content-Length": "9999"}),
    "3.1.2.3 a negative length": lambda s: s.message(changed={"Content-Length": "-999"}),
    "3.1.2.4 overlarge numbers in a request": lambda s: s.message(
        "REGISTER", {"CSeq": f"{OVERLARGE} REGISTER", "Max-Forwards": "300", "Expires": OVERLARGE}
    ),
    "3.1.2.5 overlarge numbers in an answer": lambda s: _answer(
        s, "SIP/2.0 503 Service Unavailable", cseq=f"{OVERLARGE} INVITE"
    ),
    "3.1.2.6 a quotation that does not end": lambda s: s.message(
        changed={"To": f'"Mr J. Watson <{s.callee}>', "From": f'"Q <sip:stranger@{s.address}>;tag={s.mark}'}
    ),
    "3.1.2.7 an address in brackets": lambda s: s.message(uri=f"<{s.callee}>"),
    "3.1.2.8 a space in the address": lambda s: s.message(uri=f"{s.callee}; lr"),
    "3.1.2.9 spaces too many in the first line": lambda s: s.message(start=f"INVITE  {s.callee}  SIP/2.0"),
    "3.1.2.10 spaces at the end of the first line": lambda s: s.message(start=f"INVITE {s.callee} SIP/2.0  "),
    "3.1.2.11 headers in the address": lambda s: s.message(uri=f"{s.callee}?Route=%3Csip:example.com%3E"),
    "3.1.2.12 a time zone that is none": lambda s: s.message(changed={"Date": "Fri, 01 Jan 2010 16:00:00 EST"}),
    "3.1.2.13 an address that ought to be in brackets": lambda s: _registration(
        s, "sip:user@example.com?Route=%3Csip:x%3E"
    ),
    "3.1.2.14 spaces within an address": lambda s: s.message(
        changed={"To": f'"Watson" < sip:{s.number} @127.0.0.1 >'}
    ),
    "3.1.2.15 a name that ought to be quoted": lambda s: s.message(
        changed={"From": f"Bell, Alexander <sip:stranger@{s.address}>;tag={s.mark}"}
    ),
    "3.1.2.16 an unknown version": lambda s: s.message(start=f"INVITE {s.callee} SIP/7.0"),
    "3.1.2.17 another method in the sequence": lambda s: s.message(changed={"CSeq": "1 OPTIONS"}),
    "3.1.2.18 another method beside an unknown one": lambda s: s.message("NEWMETHOD", {"CSeq": "1 INVITE"}),
    "3.1.2.19 an overlarge status": lambda s: _answer(s, "SIP/2.0 4294967301 better not break the receiver"),
    "3.2.1 no identifier of the transaction": lambda s: s.message(
        changed={"Via": f"SIP/2.0/UDP {s.address}:{s.port};rport;branch=z9hG4bK"}
    ),
    "3.3.1 required headers are missing": _without_what_is_required,
    "3.3.2 an unknown scheme": lambda s: s.message(uri="nobodyKnowsThisScheme:totallyopaquecontent"),
    "3.3.3 a known scheme that is no telephone": lambda s: s.message(uri="soap.beep://192.0.2.103:3002"),
    "3.3.4 unknown schemes in headers": lambda s: s.message(
        "REGISTER", {"To": "isbn:2983792873", "From": f"<http://www.example.com>;tag={s.mark}"}
    ),
    "3.3.5 extensions that nobody knows": lambda s: s.message(
        changed={"Require": "nothingSupportsThis", "Proxy-Require": "noProxiesSupportThis"}
    ),
    "3.3.6 an unknown kind of content": lambda s: s.message(changed={"Content-Type": "application/unknownformat"}),
    "3.3.7 an unknown way to prove oneself": lambda s: s.message(
        "REGISTER", {"Authorization": "NoOneKnowsThisScheme opaque-data=here"}
    ),
    "3.3.8 several values where there is one": _twice,
    "3.3.9 several lengths": lambda s: s.message(more=("Content-Length: 1", "Content-Length: 9999")),
    "3.3.10 an answer to everybody": lambda s: _answer(
        s, "SIP/2.0 200 OK", via="SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23"
    ),
    "3.3.11 no forwards left": lambda s: s.message("OPTIONS", {"Max-Forwards": "0"}),
    "3.3.12 a registration with a parameter of its contact": lambda s: _registration(
        s, "sip:+19725552222@example;unknownparam"
    ),
    "3.3.13 a registration with a parameter of its address": lambda s: _registration(
        s, "<sip:user@example;unknownparam>"
    ),
    "3.3.14 a registration with a header in its address": lambda s: _registration(
        s, "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"
    ),
    "3.3.15 an answer wanted that cannot be given": lambda s: s.message(
        changed={"Accept": "text/nobodyKnowsThis"}, body=""
    ),
    "3.4.1 an INVITE of the standard before": _of_the_old_standard,
}
