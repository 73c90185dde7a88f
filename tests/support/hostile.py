"""URLs by which somebody might look into the network that the sandbox stands in."""

# ruff: noqa: RUF001 - the look-alikes are what it is about

PUBLIC = "93.184.216.34"
PUBLIC_V6 = "2606:2800:220:1:248:1893:25c8:1946"

# Names that somebody may have pointed at an address that is none of theirs.
POINTED = {
    "private.attacker.com": ["10.0.0.5"],
    "private-172.attacker.com": ["172.31.255.254"],
    "private-192.attacker.com": ["192.168.1.1"],
    "metadata.attacker.com": ["169.254.169.254"],
    "metadata-v6.attacker.com": ["fd00:ec2::254"],
    "azure.attacker.com": ["168.63.129.16"],
    "alibaba.attacker.com": ["100.100.100.200"],
    "cgnat.attacker.com": ["100.64.0.1"],
    "loopback.attacker.com": ["127.0.0.1"],
    "loopback-high.attacker.com": ["127.255.255.254"],
    "loopback-v6.attacker.com": ["::1"],
    "unspecified.attacker.com": ["0.0.0.0"],
    "this-network.attacker.com": ["0.1.2.3"],
    "unspecified-v6.attacker.com": ["::"],
    "mapped.attacker.com": ["::ffff:127.0.0.1"],
    "mapped-public.attacker.com": ["::ffff:93.184.216.34"],
    "compatible.attacker.com": ["::127.0.0.1"],
    "nat64.attacker.com": ["64:ff9b::7f00:1"],
    "nat64-local.attacker.com": ["64:ff9b:1::a00:1"],
    "6to4.attacker.com": ["2002:7f00:1::"],
    "6to4-relay.attacker.com": ["192.88.99.1"],
    "teredo.attacker.com": ["2001:0:53aa:64c::1"],
    "orchid.attacker.com": ["2001:20::1"],
    "link-local-v6.attacker.com": ["fe80::1"],
    "scoped.attacker.com": ["fe80::1%eth0"],
    "site-local.attacker.com": ["fec0::1"],
    "unique-local.attacker.com": ["fc00::1"],
    "multicast.attacker.com": ["224.0.0.1"],
    "multicast-v6.attacker.com": ["ff02::1"],
    "broadcast.attacker.com": ["255.255.255.255"],
    "reserved.attacker.com": ["240.0.0.1"],
    "benchmark.attacker.com": ["198.18.0.1"],
    "protocols.attacker.com": ["192.0.0.8"],
    "documentation.attacker.com": ["192.0.2.1"],
    "documentation-v6.attacker.com": ["2001:db8::1"],
    "documentation-new.attacker.com": ["3fff::1"],
    "discard.attacker.com": ["100::1"],
    "segments.attacker.com": ["5f00::1"],
    "one-of-many.attacker.com": [PUBLIC, "10.0.0.5"],
    "one-of-many-v6.attacker.com": [PUBLIC, PUBLIC_V6, "::1"],
}
HOSTILE = [f"https://{name}/kcis" for name in POINTED] + [
    # addresses as they are
    "https://127.0.0.1/", "https://10.1.2.3:8443/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
    "https://[::]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:a00:1]/", "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:a00:1::]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fd00::1]/", "https://0.0.0.0/",
    "https://[0:0:0:0:0:0:0:1]/", "https://[::127.0.0.1]/", "https://100.64.0.1/", "https://224.0.0.1/",
    # numbers that some take for addresses
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://127.1/", "https://127.0.1/", "https://10.0.258/", "https://0/", "https://00.0.0.0/", "https://127.0.0.01/",
    "https://0x/", "https://127.0.0.0x1/", "https://4294967295/", "https://127.0.0.1./",
    # names of this machine
    "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://a.localhost/", "https://localhost:8800/",
    # what readers of URLs do not agree upon
    "https://partner.com@127.0.0.1/", "https://127.0.0.1@partner.com/", "https://user:secret@partner.com/",
    "https://partner.com\\@127.0.0.1/", "https://partner.com#@127.0.0.1/", "https://partner.com%2f@127.0.0.1/",
    "https://127.0.0.1%2f.partner.com/", "https://127%2e0%2e0%2e1/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/",
    "https://ｌｏｃａｌｈｏｓｔ/", "https://partner.com:443:80/", "https://[::1", "https://[partner.com]/", "https:///127.0.0.1/",
    "https:/127.0.0.1/", "https:127.0.0.1", "//127.0.0.1/", "127.0.0.1", "https://partner .com/", "https://\t127.0.0.1/",
    "https://partner.com/\r\nHost: 127.0.0.1", " https://127.0.0.1/", "https://partner..com/", "https://.partner.com/",
    "https://-partner.com/", "https://" + "a" * 64 + ".com/", "https://" + "a." * 130 + "com/", "https://partner.com\0/",
    # other ways to speak, and other doors
    "http://partner.com/", "ftp://partner.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "data:,x",
    "sandbox://gateway/v1/kcis", "unix:///var/run/docker.sock", "javascript:alert(1)", "https://partner.com:22/",
    "https://partner.com:25/", "https://partner.com:6379/", "https://partner.com:0/", "https://partner.com:65536/",
    "https://partner.com:-1/", "https://partner.com:11211/",
]  # fmt: skip
