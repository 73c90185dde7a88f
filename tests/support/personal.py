"""What people might send: data that may be somebody's, in many spellings, and dummies in just as many."""

# ruff: noqa: RUF001 - the look-alikes are what it is about

REAL = {
    "phone": (
        "07911 123456", "07911123456", "+44 7911 123456", "+447911123456", "0044 7911 123456", "00447911123456",
        "+44 (0)7911 123456", "+44(0)7911-123-456", "(07911) 123456", "07911-123-456", "07911.123.456", "447911123456",
        "44 7911 123456", "0 7 9 1 1 1 2 3 4 5 6", "020 7123 4567", "(020) 7123-4567", "+44 20 7123 4567",
        "0121/234/5678", "0161 234 5678", "01204 52345", "0800 123 4567", "0300 123 4567", "07911+123456",
        "07911%20123456", "０７９１１１２３４５６", "٠٧٩١١١٢٣٤٥٦", "07911–123456", "07911\u00a0123456",
        "07\u200b911123456", "+44\u20117911\u2011123456", "07700 901000", "07700 899999", "01632 961000",
        "020 7947 0123", "028 9018 0123", "01234 567890", "tel:07911123456", "Tel07911123456", "mob07911 123456",
        "07911 123456 ext 12", "07911123456x12",
    ),
    "email": (
        "jane.roe@gmail.com", "jane@mail.co.uk", "<jane@bt.com>", "mailto:jane@outlook.com", "jane @ gmail.com",
        "jane＠gmail.com", "jane%40gmail.com", "jane@gmail。com", "JANE+tag@GMAIL.COM", '"jane roe"@gmail.com',
        "jane@exämple.com", "jane@xn--exmple-cua.com", "jane@example.com.evil.com", "jane@example.org.uk",
        "jane@notexample.com", "jane@[8.8.8.8]", "john@smith.com", "fred@bloggs.com", "a@test.com",
    ),
    "postcode": (
        "SW1A 1AA", "sw1a 1aa", "SW1A1AA", "sw1a1aa", "EC1A-1BB", "W1A 0AX", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT",
        "TW184LG", "TW18  4LG", "BT7 1NN", "GIR 0AA", "ＳＷ１Ａ １ＡＡ", "sw1a%201aa", "Sw1a 1aa", "BF1 0AX",
    ),
}  # fmt: skip

DUMMY = {
    "phone": (
        "07700 900123", "07700900999", "+44 7700 900123", "+447700900123", "0044 7700 900123", "+44 (0)7700-900-123",
        "(01632) 960123", "01632.960.000", "020 7946 0958", "(020) 7946-0000", "0113 496 0123", "0114 496 0999",
        "0115 496 0000", "0116 496 0001", "0117 496 0002", "0118 496 0003", "0121 496 0123", "0131 496 0123",
        "0141 496 0123", "0151 496 0123", "0161 496 0123", "0191 498 0123", "029 2018 0123", "0808 157 0123",
        "0909 879 0123", "03069 990123", "447700900123", "０７７００９００１２３", "07700%20900123",
    ),
    "email": (
        "morgan.ellery@home.example", "a@example.com", "a@example.net", "a@mail.example.org", "x@some.test",
        "x@y.invalid", "root@box.localhost", "MORGAN@EXAMPLE.COM", "a@[192.0.2.7]", "morgan%40home.example",
    ),
    "postcode": ("ZZ1 1CC", "ZZ75 4VO", "zz75 4vo", "ZZ754VO", "ZY1 1AA", "zy12 3ab", "M1 1CI"),
}  # fmt: skip

# What is none of them, though a careless reader might think so.
HARMLESS = (
    "0d6c7a52-3c1e-4f0e-9d55-4b1f6c1f7a10", "00000000-0000-4000-8000-000000000000",
    "07922111-4567-4123-8123-447922111000",
    "2027-06-07T09:00:00.000Z", "20270607-090000-00017", "01/02/2027 08:00", "1812358800", "1812358800000",
    "999000000001", "A99900000001", "R99900000004", "BBEU99999999", "ONT0123412341", "0123456789abcdef", "0123456789",
    "192.0.2.1", "500/100", "LINE_PROFILE", "Flat 3, 12A-14", "B2 1st floor", "S1 4hr", "M1 8am", "L2 1Gb",
    "2 lines @ 5.00 each", "@alder", "v1.2.3@4.5", "01 02 03 04 05 06", "order-17", "Robin Fenwick", "Tŷ Prawf ½",
)  # fmt: skip
