import Failures
import Glibc

/// The arguments of the process as they were given: `CommandLine.arguments` would mend what is not UTF-8 and name another file.
enum CommandLineArguments {
    /// The arguments behind the program's name.
    /// - Throws: `.usage` for bytes that are not UTF-8, which no name of a file or value of a key can carry through a configuration.
    static func all() throws(Failure) -> [String] {
        let count = Int(CommandLine.argc)
        return try (0..<count).dropFirst().map { (number) throws(Failure) -> String in
            guard let bytes = unsafe CommandLine.unsafeArgv[number], let text = unsafe String(validatingCString: bytes) else {
                throw refusal(number)
            }
            return text
        }
    }

    private static func refusal(_ number: Int) -> Failure {
        let shown = unsafe CommandLine.unsafeArgv[number].map { unsafe escaped(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? ""
        return Failure(
            .usage,
            "argument \(number): expected text in UTF-8, found the bytes '\(shown)'. Rename the file or folder, for example with convmv -f latin1 -t utf8, "
                + "or give a link with another name.")
    }

    /// ASCII as it stands, other bytes as \xe9.
    private static func escaped(_ bytes: UnsafeRawBufferPointer) -> String {
        unsafe bytes.prefix(100).map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16) }.joined()
    }
}
