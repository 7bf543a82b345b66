#!/usr/bin/env python3
"""Compares our dissection of captures with that of tshark and the number of messages with tcpdump.

Every ISAKMP message is a flat list of fields on both sides ("payload2.length"). The kind of a difference is the
field's path without numbers, or one of the words in whole-message kinds. A difference that no row of
docs/differences.md covers fails; exit status 77 means that tshark is missing.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True  # nothing is to be left in the source tree
import made_capture  # noqa: E402

SKIPPED = 77
CAPTURES = (".pcap", ".pcapng", ".pcap.gz", ".pcapng.gz", ".cap")
Difference = collections.namedtuple("Difference", "packet kind detail")


# --- what tshark says --------------------------------------------------------------------------------------

def children(node, name):
    return [field for field in node.findall("field") if field.get("name") == name]


def number(node, name):
    """The field as it stands on the wire; bits that a mask took out do not count."""
    found = children(node, name)
    if not found:
        return None
    octets = found[0].get("unmaskedvalue") or found[0].get("value")
    return int(octets, 16) if octets else None


def octets(node, name, alone=""):
    """`alone` when the field is absent: tshark shows no field for no octets."""
    found = children(node, name)
    return "".join(field.get("value", "") for field in found) if found else alone


def attributes(fields, path, node, names):
    at = 0
    for attribute in node.findall("field"):
        name = attribute.get("name")
        if name not in names:
            continue
        basic = number(attribute, name + ".format") or 0
        fields[f"{path}.attribute{at}.type"] = (number(attribute, name + ".type") or 0) & 0x7FFF
        fields[f"{path}.attribute{at}.basic"] = basic >> 15
        fields[f"{path}.attribute{at}.value"] = octets(attribute, name + ".value")
        at += 1


def association(fields, path, node):
    fields[path + ".doi"] = number(node, "isakmp.sa.doi")
    fields[path + ".situation"] = number(node, "isakmp.sa.situation")
    for p, proposal in enumerate(children(node, "isakmp.typepayload")):
        at = f"{path}.proposal{p}"
        fields[at + ".number"] = number(proposal, "isakmp.prop.number")
        fields[at + ".protocol"] = number(proposal, "isakmp.prop.protoid")
        fields[at + ".spi"] = octets(proposal, "isakmp.spi")
        fields[at + ".transforms"] = number(proposal, "isakmp.prop.transforms")
        for t, transform in enumerate(children(proposal, "isakmp.typepayload")):
            fields[f"{at}.transform{t}.number"] = number(transform, "isakmp.trans.number")
            fields[f"{at}.transform{t}.id"] = number(transform, "isakmp.trans.id")
            attributes(fields, f"{at}.transform{t}", transform, ("isakmp.ike.attr", "isakmp.ipsec.attr"))


def content(fields, path, kind, node):
    data = {4: "isakmp.key_exchange.data", 8: "isakmp.hash", 9: "isakmp.sig", 10: "isakmp.nonce", 13: "isakmp.vid_bytes",
            20: "isakmp.ike.nat_hash", 130: "isakmp.ike.nat_hash"}
    if kind == 1:
        association(fields, path, node)
    elif kind in data:
        fields[path + ".data"] = octets(node, data[kind])
    elif kind == 5:
        fields[path + ".id_type"] = number(node, "isakmp.id.type")
        fields[path + ".protocol"] = number(node, "isakmp.id.protoid")
        fields[path + ".port"] = number(node, "isakmp.id.port")
        fields[path + ".data"] = "".join(wire_octets(node, field) for field in children(node, "isakmp.id.data"))
    elif kind == 6:
        fields[path + ".encoding"] = number(node, "isakmp.cert.encoding")
        fields[path + ".data_length"] = sum(int(field.get("size")) for field in children(node, "isakmp.cert.data"))
    elif kind == 7:
        fields[path + ".encoding"] = number(node, "isakmp.certreq.type")
        fields[path + ".data_length"] = number(node, "isakmp.payloadlength") - 5
    elif kind == 11:
        fields[path + ".doi"] = number(node, "isakmp.notify.doi")
        fields[path + ".protocol"] = number(node, "isakmp.notify.protoid")
        fields[path + ".notify_type"] = number(node, "isakmp.notify.msgtype")
        fields[path + ".spi"] = octets(node, "isakmp.spi")
        fields[path + ".data"] = octets(node, "isakmp.notify.data")
    elif kind == 12:
        fields[path + ".doi"] = number(node, "isakmp.delete.doi")
        fields[path + ".protocol"] = number(node, "isakmp.delete.protoid")
        fields[path + ".spi_size"] = number(node, "isakmp.spisize")
        fields[path + ".spi_count"] = number(node, "isakmp.spinum")
        fields[path + ".spi"] = octets(node, "isakmp.delete.spi")
    elif kind == 14:
        fields[path + ".config_type"] = number(node, "isakmp.cfg.type")
        fields[path + ".identifier"] = number(node, "isakmp.cfg.identifier")
        attributes(fields, path, node, ("isakmp.cfg.attr",))
    elif kind in (21, 131):
        fields[path + ".id_type"] = number(node, "isakmp.id.type")
        fields[path + ".data"] = (octets(node, "isakmp.ike.nat_original_address_ipv4")
                                  + octets(node, "isakmp.ike.nat_original_address_ipv6"))
    elif kind == 132:
        fields[path + ".fragment_id"] = number(node, "isakmp.frag.packetid")
        fields[path + ".fragment_number"] = number(node, "isakmp.frag.seq")
        fields[path + ".fragment_last"] = number(node, "isakmp.frag.last")


def wire_octets(payload, field):
    """The octets of `field` out of those of its payload, for fields that show none themselves."""
    start = 2 * (int(field.get("pos")) - int(payload.get("pos")))
    return payload.get("value", "")[start:start + 2 * int(field.get("size"))]


def message_of(proto):
    header = {"initiator_cookie": "isakmp.ispi", "responder_cookie": "isakmp.rspi", "next_payload": "isakmp.nextpayload",
              "version": "isakmp.version", "exchange_type": "isakmp.exchangetype", "flags": "isakmp.flags",
              "message_id": "isakmp.messageid", "length": "isakmp.length"}
    fields = {}
    for ours, theirs in header.items():
        fields["header." + ours] = octets(proto, theirs) if ours.endswith("cookie") else number(proto, theirs)
    if fields["header.version"] is None or fields["header.version"] >> 4 != 1:
        return fields
    if (fields["header.flags"] or 0) & 1:
        fields["ciphertext.length"] = sum(int(field.get("size")) for field in children(proto, "isakmp.enc.data"))
        return fields
    payloads = children(proto, "isakmp.typepayload")
    fields["payload.count"] = len(payloads)
    for at, payload in enumerate(payloads):
        kind = int(payload.get("show"))
        fields[f"payload{at}.type"] = kind
        fields[f"payload{at}.length"] = number(payload, "isakmp.payloadlength")
        content(fields, f"payload{at}", kind, payload)
    return fields


def theirs(path):
    """Packet number -> list of (fields, malformed), in the order in which tshark shows them; ICMP quotes left out."""
    run = subprocess.Popen(["tshark", "-n", "-r", path, "-Y", "isakmp", "-T", "pdml"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL)
    messages = {}
    for _, packet in ET.iterparse(run.stdout):
        if packet.tag != "packet":
            continue
        protocols = [proto.get("name") for proto in packet.findall("proto")]
        frame = int(packet.find("proto[@name='geninfo']/field[@name='num']").get("show"))
        bad = any(node.get("name") in ("_ws.malformed", "_ws.short", "_ws.unreassembled") for node in packet.iter())
        if "icmp" not in protocols and "icmpv6" not in protocols:
            found = [proto for proto in packet.iter("proto") if proto.get("name") == "isakmp"]
            messages[frame] = [(message_of(proto), bad) for proto in found if children(proto, "isakmp.ispi")]
        packet.clear()
    run.wait()
    return {frame: found for frame, found in messages.items() if found}


# --- what we say -------------------------------------------------------------------------------------------

def ours(program, path):
    run = subprocess.run([program, path], capture_output=True, text=True, check=True)
    messages = collections.defaultdict(list)
    for line in run.stdout.splitlines():
        message = json.loads(line)
        messages[message["packet"]].append(message)
    return messages


def tcpdump_count(path):
    """Number of packets that tcpdump calls isakmp; None where it cannot read the file."""
    if shutil.which("tcpdump") is None:
        return None
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as file:
        run = subprocess.run(["tcpdump", "-nn", "-r", "-"], input=file.read(), capture_output=True)
    text = run.stdout.decode(errors="replace")
    if run.returncode != 0 and "pcap" in run.stderr.decode(errors="replace"):
        return None
    return len(re.findall(r":  ?(?:\[\|)?isakmp(?: \d\.\d)?[\]:](?: |$)", text, re.MULTILINE))


# --- side by side ------------------------------------------------------------------------------------------

def kind_of(path):
    return re.sub(r"\d+(?=\.)", "", path)


def compare_message(packet, our, their, bad):
    """Gives (number of fields compared, differences). Of a payload that we call malformed only type and length count."""
    mine = our["fields"]
    broken = {path.split(".")[0]: word for path, word in mine.items() if path.endswith(".malformed")}
    differences, compared, stopped = [], 0, 0
    gives_up = bad or their.get("payload.count", 1) < mine.get("payload.count", 0)
    for path in list(mine) + [path for path in their if path not in mine]:
        payload = path.split(".")[0]
        if payload in broken and path not in (payload + ".type", payload + ".length") or path.endswith(".opaque"):
            continue
        compared += 1
        if gives_up and path in mine and their.get(path) is None or path == "payload.count" and gives_up:
            stopped += mine[path] != their.get(path)
        elif mine.get(path) != their.get(path):
            differences.append(Difference(packet, kind_of(path), f"{path}: ours {mine.get(path)}, tshark {their.get(path)}"))
    if stopped:
        differences.append(Difference(packet, "tshark-stops", f"{stopped} fields of ours have no counterpart"))
    if bad and not our["fault"]:
        differences.append(Difference(packet, "malformed.only-tshark", "we find no fault"))
    if not bad and not stopped:
        differences += [Difference(packet, f"malformed.{mine[payload + '.type']}", word) for payload, word in broken.items()]
    return compared, differences


def compare_file(program, path):
    mine, their = ours(program, path), theirs(path)
    result = {"messages": 0, "fields": 0, "payloads": collections.Counter(), "differences": []}
    for packet in sorted(set(mine) | set(their)):
        left, right = mine.get(packet, []), their.get(packet, [])
        for our, (fields, bad) in zip(left, right):
            result["messages"] += 1
            result["payloads"].update(value for key, value in fields.items() if re.fullmatch(r"payload\d+\.type", key))
            compared, differences = compare_message(packet, our, fields, bad)
            result["fields"] += compared
            result["differences"] += differences
        for our in left[len(right):]:
            result["differences"].append(Difference(packet, "only-ours." + our["how"], "tshark shows no such message"))
        for _ in right[len(left):]:
            result["differences"].append(Difference(packet, "only-tshark", "we show no such message"))
    # tcpdump knows nothing of reassembly: it names the first IP fragment, and no IKE fragments put together.
    wire = sum(message["how"] in ("datagram", "first-ip-fragment") for found in mine.values() for message in found)
    result["tcpdump"] = tcpdump_count(path)
    if result["tcpdump"] is not None and result["tcpdump"] != wire:
        result["differences"].append(Difference(0, "tcpdump-count", f"ours {wire}, tcpdump {result['tcpdump']}"))
    result["wire"] = wire
    return result


def known_differences(path):
    """Rows of the table: (file pattern, kind pattern), both shell patterns."""
    rows = []
    for line in path.read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4:
            rows.append((cells[0], cells[1]))
    return rows


def captures(root, scratch):
    made = os.path.join(scratch, "payloads.pcap")
    made_capture.write(made)
    yield "made/payloads.pcap", made
    shared = os.environ.get("IKE_SHARED_CAPTURES") or root.parent / "shared" / "captures"
    seen = set()  # contents: many files in pcaps/ are copies of shared ones
    folders = [(root / "pcaps", "pcaps"), (pathlib.Path(shared), "shared")]
    for folder, label in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if not path.is_file() or not path.name.endswith(CAPTURES):
                continue
            digest = hashlib.sha256(path.read_bytes()).digest()
            if digest not in seen:
                seen.add(digest)
                yield f"{label}/{path.relative_to(folder)}", str(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dump", required=True, help="the program dump_fields")
    parser.add_argument("--root", required=True, type=pathlib.Path, help="source tree")
    parser.add_argument("--only", help="shell pattern of file names")
    parser.add_argument("--verbose", action="store_true", help="print listed differences too")
    options = parser.parse_args()
    options.root = options.root.resolve()
    if shutil.which("tshark") is None:
        print("skipped: tshark is not installed")
        return SKIPPED

    with tempfile.TemporaryDirectory() as scratch:
        return compare_all(options, scratch)


def compare_all(options, scratch):
    files = [(name, path) for name, path in captures(options.root, scratch) if not options.only or fnmatch.fnmatch(name, options.only)]
    rows = known_differences(options.root / "docs" / "differences.md")
    used, listed, failed = set(), collections.Counter(), []
    messages = fields = wire = tcpdump = uncounted = 0
    payloads = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda file: compare_file(options.dump, file[1]), files)
        for (name, _), result in zip(files, results):
            messages, fields = messages + result["messages"], fields + result["fields"]
            payloads += result["payloads"]
            if result["tcpdump"] is None:
                uncounted += 1
            else:
                wire, tcpdump = wire + result["wire"], tcpdump + result["tcpdump"]
            for difference in result["differences"]:
                row = next((row for row in rows if fnmatch.fnmatch(name, row[0]) and fnmatch.fnmatch(difference.kind, row[1])), None)
                if row:
                    used.add(row)
                    listed[difference.kind] += 1
                else:
                    failed.append((name, difference))
                if row is None or options.verbose:
                    print(f"{name} packet {difference.packet}: {difference.kind}: {difference.detail}")

    print(f"{len(files)} files, {messages} messages, {fields} fields compared with tshark")
    print("payloads by type: " + ", ".join(f"{kind}: {count}" for kind, count in sorted(payloads.items())))
    print(f"packets with ISAKMP: ours {wire}, tcpdump {tcpdump}; {uncounted} files that tcpdump does not read")
    for kind, count in sorted(listed.items()):
        print(f"listed  {count:5}  {kind}")
    for kind, count in sorted(collections.Counter(difference.kind for _, difference in failed).items()):
        print(f"FAILED  {count:5}  {kind}")
    if not options.only:
        for row in rows:
            if row not in used and row[0] != "*" and any(fnmatch.fnmatch(name, row[0]) for name, _ in files):
                print(f"note: docs/differences.md lists what does not occur: {row[0]} {row[1]}")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
