import Failures
import Formats

extension RunConfiguration {
    /// The configuration as JSON5, every key once, groups and keys in the order of ``ConfigurationKey/all``.
    /// - Parameters:
    ///   - header: lines that stand in front as comments, such as version and machine.
    ///   - comments: whether each key has its comment in front.
    public func encodedJSON5(header: [String] = [], comments: Bool = false) throws(Failure) -> String {
        var values = ConfigurationValues(self)
        try values.check(origin: "configuration")
        var text = ""
        for line in header { text += "// " + RunConfiguration.oneLine(line) + "\n" }
        text += "{\n"
        var group = ""
        for key in ConfigurationKey.all {
            if key.group != group {
                text += group.isEmpty ? "" : "  },\n"
                text += "  \(key.group): {\n"
                group = key.group
            }
            if comments { text += "    // \(key.comment)\n" }
            text += "    \(key.name): \(values[key.path].text),\n"
        }
        return text + "  },\n}\n"
    }

    /// The defaults as JSON5 with one comment a key.
    public static func defaultsWithComments() throws(Failure) -> String {
        try RunConfiguration().encodedJSON5(comments: true)
    }

    /// A header line must not end its own comment.
    private static func oneLine(_ line: String) -> String {
        String(String.UnicodeScalarView(line.unicodeScalars.map { $0.value < 0x20 || (0x2028...0x2029).contains($0.value) ? " " : $0 }))
    }
}
