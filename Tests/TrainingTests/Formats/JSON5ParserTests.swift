import Configuration
import Failures
import Formats
import Testing
import Training

@Suite struct JSON5ParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSON5Parser.parse(Array(text.utf8), name: "a.json5") }

    @Test(arguments: [
        ("null", JSONValue.null), ("true", .boolean(true)), ("false", .boolean(false)),
        ("12", .integer(12)), ("+3", .integer(3)), ("-5", .integer(-5)), ("0", .integer(0)), ("0x1F", .integer(31)),
        ("-0x10", .integer(-16)),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("1e3", .integer(1000)), ("2.0", .integer(2)), ("5.", .integer(5)), ("5.e1", .integer(50)), (".5", .number(0.5)),
        ("-.5e-1", .number(-0.05)),
        ("1.5", .number(1.5)), ("0.5", .number(0.5)), ("1e-400", .integer(0)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ("'a\"b'", .string("a\"b")), (#""\u0041\x42\n\'\q""#, .string("AB\n'q")), (#""\ud83d\ude00""#, .string("😀")),
        ("'a\\\nb'", .string("ab")),
        ("'a\\\r\nb'", .string("ab")), (#"'\0'"#, .string("\0")),
        ("[1, 2,]", .array([.integer(1), .integer(2)])), ("[]", .array([])), ("{}", .object([:])),
        ("{a: 1, 'b c': [null], $d_1: {},}", .object(["a": .integer(1), "b c": .array([.null]), "$d_1": .object([:])])),
        ("\u{feff}// c\n/* x\n * y **/ {\u{a0}größe: 1 /**/ } // end", .object(["größe": .integer(1)])),
        ("1 // \u{2028} /* x */", .integer(1)),
    ])
    func `reads what j s o n5 allows`(text: String, expected: JSONValue) throws {
        #expect(try parse(text) == expected)
    }

    @Test(arguments: [
        ("", "line 1, column 1: expected a value, found the end of the text"),
        ("{\n  a: 1,\n  b 2}", "line 3, column 5: expected \":\" after the key \"b\", found \"2}\""),
        ("{größe 1}", "line 1, column 8: expected \":\""),
        ("{a: 1 b: 2}", "expected \",\" or \"}\""), ("[1 2]", "expected \",\" or \"]\""), ("[1,,2]", "expected a value, found \",2]\""),
        ("{a: 1} x", "expected the end of the text, found \"x\""), ("{a: tru}", "expected a value (texts stand in quotes), found \"tru}\""),
        ("{1: 2}", "expected a key or \"}\""), ("{,}", "expected a key"), ("{a: 1", "found the end of the text"),
        ("{a", "found the end of the text"),
        ("NaN", "expected a finite number"), ("-Infinity", "expected a finite number"), ("Infinity", "expected a finite number"),
        ("1e400", "expected a number below 1.8e308"), ("0xffffffffffffffff", "below 2^63"), ("0x", "below 2^63"),
        ("012", "without leading zeros"),
        ("1e", "expected the digits of an exponent"), ("1a", "expected the end of a number"), ("-", "expected a finite number"),
        (".", "expected a finite number"),
        ("'a", "line 1, column 1: the text that starts here has no closing quote"), ("'a\nb'", "expected the closing quote"),
        ("'\\", "expected the rest of an escape"), ("'\\x4'", "expected a hexadecimal digit"), ("'\\ud800'", "pair of surrogates"),
        ("'\\1'", "an escape of JSON5"), ("/* a", "has no end \"*/\""), ("/", "expected a value or a comment"),
        ("{a: 1,\n 'a': 2}", "line 2, column 2: the key \"a\" stands twice"), (#"{a: 1, "\u0061": 2}"#, "stands twice"),
    ])
    func `refuses the rest with place expectation and finding`(text: String, message: String) {
        expectRefusal(["a.json5", message]) { _ = try parse(text) }
    }

    @Test func `depth size and encoding are bounded before anything is built`() {
        expectRefusal(["nested deeper than 32 levels"]) { _ = try parse(String(repeating: "[", count: 100_000)) }
        expectRefusal(["nested deeper than 32 levels"]) { _ = try parse(String(repeating: "{a:", count: 100_000)) }
        expectRefusal(["1048577 bytes", "at most 1048576"]) {
            _ = try JSON5Parser.parse([UInt8](repeating: 0x20, count: 1 << 20 + 1), name: "x")
        }
        expectRefusal(["UTF-8", "byte 4"]) { _ = try JSON5Parser.parse([0x7b, 0x61, 0x3a, 0x22, 0xff, 0x22, 0x7d], name: "x") }
        expectRefusal(["UTF-8", "byte 0"]) { _ = try JSON5Parser.parse([0xff, 0xfe, 0x31, 0x00], name: "x") }
        expectRefusal(["expected"]) { _ = try JSON5Parser.parse([0x31, 0x00], name: "x") }
    }

    @Test func `thirty two levels are read`() throws {
        _ = try parse(String(repeating: "[", count: 32) + String(repeating: "]", count: 32))
    }

    /// Every text of up to four of these characters: a crash would end the test process.
    @Test func `no short text crashes the reader`() {
        let pieces = Array("{}[]:,'\"\\/*.-+0x1eEu\n a\u{2028}é".unicodeScalars).map { Array(String($0).utf8) }
        var read = 0
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    for d in pieces where (try? JSON5Parser.parse(a + b + c + d, name: "x")) != nil { read += 1 }
                }
            }
        }
        #expect(read > 1000)
    }

    /// One byte replaced, removed or cut behind at every place of a real configuration.
    @Test func `no damaged configuration crashes the reader`() throws {
        let whole = Array(try RunConfiguration.defaultsWithComments().utf8)
        for place in whole.indices where place % 7 == 0 {
            for byte in [0x00, 0x22, 0x5c, 0x7b, 0x2f, 0x80, 0xe2] as [UInt8] {
                var damaged = whole
                damaged[place] = byte
                _ = try? RunConfiguration.resolve(file: damaged, name: "x")
            }
            _ = try? RunConfiguration.resolve(file: Array(whole[..<place]), name: "x")
        }
    }

    @Test func `text of a value reads back as the value`() throws {
        let value = JSONValue.object([
            "text": .string("a\"\\\n\u{1}\u{2028}é😀"), "numbers": .array([.integer(-3), .number(1e-8), .number(0.1), .number(1.5e300)]),
            "others": .array([.null, .boolean(true), .object([:])]),
        ])
        #expect(try parse(value.text) == value)
    }
}
